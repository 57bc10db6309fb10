package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;

/** What a client begins with that knows that HTTP/2 is spoken here (RFC 9113 3.3 and 3.4). */
final class Preface {
    private static final byte[] TEXT = Bytes.ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    static final int LENGTH = TEXT.length;

    private Preface() {}

    /** Whether it is that, as far as it has come. */
    static boolean begins(ByteBuf bytes) {
        int have = Math.min(bytes.readableBytes(), LENGTH);
        for (int i = 0; i < have; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != TEXT[i]) {
                return false;
            }
        }
        return true;
    }
}
