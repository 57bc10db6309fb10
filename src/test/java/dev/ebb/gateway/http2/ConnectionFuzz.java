package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Random;

/**
 * Whatever a peer sends, a connection throws nothing, stays within its limits, gives back all its
 * buffers, and means the same to its owner whether it came at once or in pieces. The input's first
 * byte chooses what the owner does, and the cuts.
 */
public final class ConnectionFuzz {
    private static final Http2Limits LIMITS = new Http2Limits(20, 10, 200, 50, 4, 2_000, 30);
    private static final int MOST_STREAMS = 3;
    private static final Http2Settings ROOMY =
            Http2Settings.DEFAULT.withLimits(LIMITS).withMaxStreams(MOST_STREAMS);
    private static final int STREAM_WINDOW = 300;
    private static final Http2Settings NARROW = ROOMY.withWindows(STREAM_WINDOW, 65_535);

    /** A frame that is not complete, twice while it grows, and what a connection writes. */
    private static final long MOST_BYTES = 4 * Frames.MAX_PAYLOAD + 32 * 1024;

    private static final int SERVER = 1;
    private static final int RAW = 2;
    private static final int ANSWERS = 4;
    private static final int FULL = 8;

    private ConnectionFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        long before = Wire.bytesInUse();
        int mode = data[0];
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        var whole = run(new Owner(mode, ROOMY), mode, bytes, null);
        var cut = run(new Owner(mode, ROOMY), mode, bytes, new Random(mode));
        if (!whole.equals(cut)) {
            throw new IllegalStateException(cut + "\n  is not\n" + whole);
        }
        var narrow = new Owner(mode, NARROW);
        narrow.consumesAtOnce = false;
        run(narrow, mode, bytes, null);
        for (Recorder.Told told : narrow.streams.values()) {
            holds(told.body.size() <= STREAM_WINDOW, "more than the window");
        }
        long after = Wire.bytesInUse();
        holds(after == before, (after - before) + " bytes are not given back");
    }

    private static String run(
            Owner owner, int mode, byte[] bytes, @org.jspecify.annotations.Nullable Random cuts) {
        if ((mode & RAW) == 0) {
            if ((mode & SERVER) != 0) {
                Wire.send(owner, 0, Wire.preface());
            }
            Wire.send(owner, 0, Wire.frame(Frames.SETTINGS, 0, 0));
            Wire.send(owner, 0, Wire.frame(Frames.SETTINGS, Frames.ACK, 0));
        }
        long before = Wire.bytesInUse();
        int at = 0;
        while (at < bytes.length) {
            int size = cuts == null ? bytes.length : 1 + cuts.nextInt(12);
            byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size));
            at += piece.length;
            Wire.send(owner, 0, piece);
            holds(owner.connection.openStreams() <= MOST_STREAMS + owner.opened, "streams");
            holds(Wire.bytesInUse() - before <= MOST_BYTES + bytes.length, "memory");
        }
        owner.connection.transportClosed();
        Wire.taken(owner).release();
        return owner.told();
    }

    private static void holds(boolean good, String what) {
        if (!good) {
            throw new IllegalStateException(what);
        }
    }

    /** What the gateway does with a connection, in small. */
    private static final class Owner extends Recorder {
        private final boolean answers;
        private int opened;
        private boolean over;

        Owner(int mode, Http2Settings settings) {
            super(side(mode), settings);
            answers = (mode & ANSWERS) != 0;
            transportIsFull = (mode & FULL) != 0;
            if ((mode & SERVER) == 0) {
                for (int i = 0; i < MOST_STREAMS; i++) {
                    request(Fields.request("GET", "/" + i), i > 0);
                    opened++;
                }
            }
        }

        private static Http2Connection.Side side(int mode) {
            return (mode & SERVER) != 0 ? Http2Connection.Side.SERVER : Http2Connection.Side.CLIENT;
        }

        String told() {
            var text = new StringBuilder("%s %s %s".formatted(failed, goAway, rejected));
            streams.forEach((id, told) ->
                    text.append(
                            "\n%d: %s %s %s %s %s %s %s"
                                    .formatted(
                                            id,
                                            told.head,
                                            told.trailers,
                                            told.interims,
                                            told.body,
                                            told.tooLarge,
                                            told.ended,
                                            told.aborted)));
            return text.toString();
        }

        private void alive() {
            holds(!over, "told of something behind the end");
        }

        @Override
        public void head(Http2Stream stream, boolean end) {
            alive();
            super.head(stream, end);
            if (answers && connection.side == Http2Connection.Side.SERVER) {
                respond(stream, 200, Fields.of("x-answer", "1"), false);
                ByteBuf body = Wire.ALLOCATOR.directBuffer(400).writeZero(400);
                connection.data(stream, body, true);
            }
        }

        @Override
        public void headTooLarge(Http2Stream stream, boolean end) {
            alive();
            super.headTooLarge(stream, end);
            respond(stream, 431, new Fields(), true);
            if (!end) {
                connection.discard(stream);
            }
        }

        @Override
        public void data(Http2Stream stream, ByteBuf in, int length, boolean end) {
            alive();
            super.data(stream, in, length, end);
        }

        @Override
        public void trailers(Http2Stream stream) {
            alive();
            super.trailers(stream);
        }

        @Override
        public void failed(int code, String why) {
            alive();
            over = true;
            super.failed(code, why);
        }
    }
}
