package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;

/**
 * Where the messages of a gRPC body end, whose bytes pass elsewhere: each has a head of a flag and
 * a length of four bytes, which is unsigned (gRPC over HTTP/2, "Length-Prefixed-Message"). One
 * event loop.
 */
final class GrpcMessages {
    private static final int HEAD_BYTES = 5;

    /** Bytes of the current message's head that have come. */
    private int head;

    /** What its head has said of its length so far. */
    private long length;

    /** Bytes of its content that are still to come. */
    private long left;

    /** Takes account of the next bytes; reads none of them. */
    void accept(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (left > 0) {
                long part = Math.min(left, end - at);
                left -= part;
                at += (int) part;
            } else {
                headByte(bytes.getUnsignedByte(at++));
            }
        }
    }

    private void headByte(int next) {
        length = head == 0 ? 0 : length << 8 | next;
        head++;
        if (head == HEAD_BYTES) {
            head = 0;
            left = length;
        }
    }

    /** Whether all that came are whole messages. */
    boolean between() {
        return head == 0 && left == 0;
    }
}
