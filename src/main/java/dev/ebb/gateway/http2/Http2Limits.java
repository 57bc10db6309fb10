package dev.ebb.gateway.http2;

/**
 * Limits against floods: frames that cost the peer little and us more. What goes beyond ends the
 * connection with ENHANCE_YOUR_CALM. Budgets fill up at a rate, to a most; so a burst is let pass,
 * and a flood is not.
 *
 * @param resets streams of the peer's that it resets, or makes us reset, at once; those that we
 *     have opened are not counted
 * @param resetsPerSecond the rate at which that fills up again
 * @param frames SETTINGS, PING, PRIORITY, WINDOW_UPDATE, unknown and empty frames at once
 * @param framesPerSecond the rate at which that fills up again; requests and what we send of bodies
 *     add to it as well, because honest peers send such frames with them
 * @param continuations CONTINUATION frames of one head
 * @param blockBytes one head as it comes in, compressed
 * @param answers frames that answer others (acknowledgements, resets) and wait because the peer
 *     does not read
 */
public record Http2Limits(
        int resets,
        int resetsPerSecond,
        int frames,
        int framesPerSecond,
        int continuations,
        int blockBytes,
        int answers) {
    public static final Http2Limits DEFAULT =
            new Http2Limits(500, 200, 2_000, 500, 16, 128 * 1024, 1_000);

    /**
     * Towards instances: they are trusted more than clients, and many clients' answers end with
     * such a connection. What is left is a guard against an instance gone mad.
     */
    public static final Http2Limits FOR_INSTANCES =
            new Http2Limits(500, 200, 20_000, 5_000, 16, 128 * 1024, 10_000);

    public Http2Limits {
        atLeast("resets", resets, 1);
        atLeast("resetsPerSecond", resetsPerSecond, 0);
        atLeast("frames", frames, 1);
        atLeast("framesPerSecond", framesPerSecond, 0);
        atLeast("continuations", continuations, 0);
        atLeast("blockBytes", blockBytes, 256);
        atLeast("answers", answers, 1);
    }

    static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "%s must be at least %d, but is %d".formatted(name, least, value));
        }
    }
}
