package dev.ebb.gateway.http2;

/** Numbers of RFC 9113: frame types, flags, settings, sizes. */
final class Frames {
    static final int HEAD = 9;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int WITH_PRIORITY = 0x20;

    static final int HEADER_TABLE_SIZE = 1;
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;
    static final int MAX_HEADER_LIST_SIZE = 6;

    /** Of a payload: the most that every peer takes, and the most that we take and send. */
    static final int MAX_PAYLOAD = 16 * 1024;

    static final int LARGEST_FRAME_SIZE = (1 << 24) - 1;
    static final int INITIAL_WINDOW = 65_535;
    static final int LAST_ID = Integer.MAX_VALUE;

    /** What a client begins with (RFC 9113 3.4). */
    private static final byte[] PREFACE = FieldTraits.ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    static final int PREFACE_LENGTH = PREFACE.length;

    private Frames() {}

    static byte preface(int at) {
        return PREFACE[at];
    }
}
