package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;

/**
 * Empty lines between requests: a client may send one after a request's body (RFC 9112 2.2). One
 * connection.
 */
final class EmptyLines {
    private static final int MOST = 2;

    private int skipped;

    /** Skips what there is of them, and says whether a head may begin behind. */
    boolean skip(ByteBuf bytes) {
        while (skipped < MOST && bytes.readableBytes() >= 2 && isEmptyLine(bytes)) {
            bytes.skipBytes(2);
            skipped++;
        }
        // Of half an empty line the other half decides whether it is one.
        return bytes.isReadable()
                && (bytes.readableBytes() > 1
                        || skipped == MOST
                        || bytes.getByte(bytes.readerIndex()) != Bytes.CR);
    }

    private static boolean isEmptyLine(ByteBuf bytes) {
        return bytes.getByte(bytes.readerIndex()) == Bytes.CR
                && bytes.getByte(bytes.readerIndex() + 1) == Bytes.LF;
    }

    /** A head has come. */
    void reset() {
        skipped = 0;
    }
}
