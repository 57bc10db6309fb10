package dev.ebb.config;

import dev.ebb.config.GatewayConfig.Http2;
import java.util.List;

/** The keys below {@code gateway.http2}. */
final class Http2Schema {
    private Http2Schema() {}

    private static final Key<Integer> STREAMS =
            count(
                    "streams",
                    1,
                    10_000,
                    100,
                    "Requests that may be open at once; more are refused as not processed.");
    private static final Key<Integer> RESETS =
            count(
                    "resets",
                    1,
                    1_000_000,
                    500,
                    "Streams that the client resets, or makes Ebb reset, at once.");
    private static final Key<Integer> RESETS_PER_SECOND =
            count("resets-per-second", 0, 1_000_000, 200, "At which that fills up again.");
    private static final Key<Integer> FRAMES =
            count(
                    "frames",
                    10,
                    1_000_000,
                    2000,
                    "`SETTINGS`, `PING`, `PRIORITY`, `WINDOW_UPDATE`, empty and unknown frames at"
                            + " once.");
    private static final Key<Integer> FRAMES_PER_SECOND =
            count(
                    "frames-per-second",
                    0,
                    1_000_000,
                    500,
                    "At which that fills up again; requests and bodies that are sent add to it.");
    private static final Key<Integer> CONTINUATIONS =
            count("continuations", 0, 10_000, 16, "`CONTINUATION` frames of one head.");
    private static final Key<Integer> COMPRESSED =
            Key.of(
                    "compressed",
                    Kinds.bytes(1 << 10, 16 << 20),
                    128 << 10,
                    "One head as it comes in, compressed; `limits.head` is what it may come to.");
    private static final Key<Integer> ANSWERS =
            count(
                    "answers",
                    1,
                    1_000_000,
                    1000,
                    "Answers to such frames that the client does not read.");

    static final Section<Http2> HTTP2 =
            new Section<>(
                    List.of(
                            STREAMS,
                            RESETS,
                            RESETS_PER_SECOND,
                            FRAMES,
                            FRAMES_PER_SECOND,
                            CONTINUATIONS,
                            COMPRESSED,
                            ANSWERS),
                    (v, problems) ->
                            new Http2(
                                    v.of(STREAMS),
                                    v.of(RESETS),
                                    v.of(RESETS_PER_SECOND),
                                    v.of(FRAMES),
                                    v.of(FRAMES_PER_SECOND),
                                    v.of(CONTINUATIONS),
                                    v.of(COMPRESSED),
                                    v.of(ANSWERS)));

    private static Key<Integer> count(String name, int min, int max, int fallback, String meaning) {
        return Key.of(name, Kinds.whole(min, max), fallback, meaning);
    }
}
