package dev.ebb.gateway.http2;

/**
 * What one side of a connection offers and holds at most. Sizes in bytes. Immutable; made from
 * {@link #DEFAULT} with the {@code with...} methods.
 *
 * @param maxStreams requests that may be open at once; more are refused as not processed
 * @param limits against peers that cost more than they are worth
 */
public record Http2Settings(
        int maxStreams,
        Windows windows,
        Headers headers,
        SendQueues sendQueues,
        Waits waits,
        Http2Limits limits) {

    /**
     * What a peer may send before any of it is consumed.
     *
     * @param stream of one body
     * @param connection of all bodies together; at least 65,535
     */
    public record Windows(int stream, int connection) {
        public Windows {
            Http2Limits.atLeast("stream", stream, 1);
            Http2Limits.atLeast("connection", connection, Frames.INITIAL_WINDOW);
        }
    }

    /**
     * Heads and trailers.
     *
     * @param table what a peer may make of the compression table
     * @param list one's names and values, and 32 for each field
     * @param huffman shorten their text at the cost of work on both sides
     */
    public record Headers(int table, int list, boolean huffman) {
        public Headers {
            Http2Limits.atLeast("table", table, 0);
            Http2Limits.atLeast("list", list, 256);
        }
    }

    /**
     * What waits to be sent, before its source has to pause.
     *
     * @param stream of one body
     * @param connection of all bodies together
     */
    public record SendQueues(int stream, int connection) {
        public SendQueues {
            Http2Limits.atLeast("stream", stream, 1);
            Http2Limits.atLeast("connection", connection, 1);
        }
    }

    /**
     * How long a peer is waited for.
     *
     * @param ackNanos until it acknowledges our settings
     * @param pingNanos after so long without a word ask whether it lives; 0 for never
     * @param pongNanos until it answers that, and the ping of a shutdown
     */
    public record Waits(long ackNanos, long pingNanos, long pongNanos) {
        public Waits {
            Http2Limits.atLeast("ackNanos", ackNanos, 1);
            Http2Limits.atLeast("pingNanos", pingNanos, 0);
            Http2Limits.atLeast("pongNanos", pongNanos, 1);
        }
    }

    private static final long SECOND = 1_000_000_000L;

    public static final Http2Settings DEFAULT =
            new Http2Settings(
                    100,
                    new Windows(256 * 1024, 1024 * 1024),
                    new Headers(4096, 32 * 1024, true),
                    new SendQueues(64 * 1024, 1024 * 1024),
                    new Waits(10 * SECOND, 0, 5 * SECOND),
                    Http2Limits.DEFAULT);

    public Http2Settings {
        Http2Limits.atLeast("maxStreams", maxStreams, 1);
    }

    public Http2Settings withMaxStreams(int streams) {
        return new Http2Settings(streams, windows, headers, sendQueues, waits, limits);
    }

    public Http2Settings withWindows(int stream, int connection) {
        var changed = new Windows(stream, connection);
        return new Http2Settings(maxStreams, changed, headers, sendQueues, waits, limits);
    }

    public Http2Settings withHeaders(int table, int list, boolean huffman) {
        var changed = new Headers(table, list, huffman);
        return new Http2Settings(maxStreams, windows, changed, sendQueues, waits, limits);
    }

    public Http2Settings withPings(long quietNanos, long answerNanos) {
        var changed = new Waits(waits.ackNanos, quietNanos, answerNanos);
        return new Http2Settings(maxStreams, windows, headers, sendQueues, changed, limits);
    }

    public Http2Settings withLimits(Http2Limits other) {
        return new Http2Settings(maxStreams, windows, headers, sendQueues, waits, other);
    }
}
