package dev.ebb.gateway;

/**
 * Where an answer of server-sent events may end early, so that its client has lost nothing and can
 * begin another one. It depends on how its content is coded.
 */
enum EventBorder {
    /** Not coded: behind an empty line, which ends an event. */
    EMPTY_LINE,

    /**
     * gzip or deflate: behind a flush. That is an empty stored block (RFC 1951 3.2.4), with which
     * zlib makes all that was written readable, and which is how events are sent at once. Only the
     * checksum behind the whole is missing then, and nobody but the instance could write that.
     */
    FLUSH,

    /** Another coding, of which nobody here sees the inside: between two chunks or frames. */
    CHUNK;

    private static final byte[] CONTENT_ENCODING = Bytes.ascii("content-encoding");
    private static final byte[] IDENTITY = Bytes.ascii("identity");
    private static final byte[] GZIP = Bytes.ascii("gzip");
    private static final byte[] X_GZIP = Bytes.ascii("x-gzip");
    private static final byte[] DEFLATE = Bytes.ascii("deflate");

    /** What the fields of the answer's head say. */
    static EventBorder of(Head head) {
        EventBorder border = EMPTY_LINE;
        for (int i = 0; i < head.count; i++) {
            boolean named =
                    head.nameEnd[i] - head.nameStart[i] == CONTENT_ENCODING.length
                            && FieldName.same(head.bytes, head.nameStart[i], CONTENT_ENCODING);
            if (named && !is(head, i, IDENTITY)) {
                boolean zlib = is(head, i, GZIP) || is(head, i, X_GZIP) || is(head, i, DEFLATE);
                border = zlib && border == EMPTY_LINE ? FLUSH : CHUNK;
            }
        }
        return border;
    }

    private static boolean is(Head head, int field, byte[] lower) {
        return Bytes.is(head.bytes, head.valueStart[field], head.valueEnd[field], lower);
    }
}
