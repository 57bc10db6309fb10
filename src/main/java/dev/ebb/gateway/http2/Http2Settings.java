package dev.ebb.gateway.http2;

/**
 * What one side of a connection offers and holds at most. Sizes in bytes.
 *
 * @param maxStreams requests that may be open at once; more are refused as not processed
 * @param streamWindow what a peer may send of one body before any of it is consumed
 * @param connectionWindow the same for all bodies of a connection together; at least 65,535
 * @param headerTable what a peer may make of the compression table
 * @param headerList one head's or trailers' names and values, and 32 for each field
 * @param sendQueue of one body that waits to be sent, before its source has to pause
 * @param sendQueues the same for all bodies of a connection together
 * @param huffman shorten header text at the cost of work on both sides
 * @param ackNanos how long a peer may take to acknowledge our settings
 * @param pingNanos after so long without a word from the peer ask whether it lives; 0 for never
 * @param pongNanos how long it may take to answer that, and the ping of a shutdown
 * @param limits against peers that cost more than they are worth
 */
public record Http2Settings(
        int maxStreams,
        int streamWindow,
        int connectionWindow,
        int headerTable,
        int headerList,
        int sendQueue,
        int sendQueues,
        boolean huffman,
        long ackNanos,
        long pingNanos,
        long pongNanos,
        Http2Limits limits) {
    private static final long SECOND = 1_000_000_000L;

    public static final Http2Settings DEFAULT =
            new Http2Settings(
                    100,
                    256 * 1024,
                    1024 * 1024,
                    4096,
                    32 * 1024,
                    64 * 1024,
                    1024 * 1024,
                    true,
                    10 * SECOND,
                    0,
                    5 * SECOND,
                    Http2Limits.DEFAULT);

    public Http2Settings {
        Http2Limits.atLeast("maxStreams", maxStreams, 1);
        Http2Limits.atLeast("streamWindow", streamWindow, 1);
        Http2Limits.atLeast("connectionWindow", connectionWindow, Frames.INITIAL_WINDOW);
        Http2Limits.atLeast("headerTable", headerTable, 0);
        Http2Limits.atLeast("headerList", headerList, 256);
        Http2Limits.atLeast("sendQueue", sendQueue, 1);
        Http2Limits.atLeast("sendQueues", sendQueues, 1);
        Http2Limits.atLeast("ackNanos", ackNanos, 1);
        Http2Limits.atLeast("pingNanos", pingNanos, 0);
        Http2Limits.atLeast("pongNanos", pongNanos, 1);
    }

    public Http2Settings withWindows(int stream, int connection) {
        return new Http2Settings(
                maxStreams,
                stream,
                connection,
                headerTable,
                headerList,
                sendQueue,
                sendQueues,
                huffman,
                ackNanos,
                pingNanos,
                pongNanos,
                limits);
    }

    public Http2Settings withMaxStreams(int streams) {
        return new Http2Settings(
                streams,
                streamWindow,
                connectionWindow,
                headerTable,
                headerList,
                sendQueue,
                sendQueues,
                huffman,
                ackNanos,
                pingNanos,
                pongNanos,
                limits);
    }

    public Http2Settings withHeaders(int table, int list, boolean shorten) {
        return new Http2Settings(
                maxStreams,
                streamWindow,
                connectionWindow,
                table,
                list,
                sendQueue,
                sendQueues,
                shorten,
                ackNanos,
                pingNanos,
                pongNanos,
                limits);
    }

    public Http2Settings withPings(long quietNanos, long answerNanos) {
        return new Http2Settings(
                maxStreams,
                streamWindow,
                connectionWindow,
                headerTable,
                headerList,
                sendQueue,
                sendQueues,
                huffman,
                ackNanos,
                quietNanos,
                answerNanos,
                limits);
    }

    public Http2Settings withLimits(Http2Limits other) {
        return new Http2Settings(
                maxStreams,
                streamWindow,
                connectionWindow,
                headerTable,
                headerList,
                sendQueue,
                sendQueues,
                huffman,
                ackNanos,
                pingNanos,
                pongNanos,
                other);
    }
}
