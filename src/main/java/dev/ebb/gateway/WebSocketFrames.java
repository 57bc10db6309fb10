package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames that an instance sends on a WebSocket, to know where one ends (RFC 6455 5.2).
 * Frames from instances are not masked; what a mask would be is skipped all the same. One event
 * loop.
 */
final class WebSocketFrames {
    private static final int CLOSE = 8;

    private int headerBytes;
    private int headerWanted = 2;
    private int lengthBytes;
    private int opcode;
    private long length;
    private long remaining;
    private boolean closed;

    /** Whether the next byte begins a frame. */
    boolean atBoundary() {
        return headerBytes == 0 && remaining == 0;
    }

    /** Whether a Close frame has begun: nothing may follow it. */
    boolean closed() {
        return closed;
    }

    /** Takes all of the bytes; moves nothing. */
    void accept(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end) {
            at = next(in, at, end);
        }
    }

    /**
     * Takes bytes up to the next end of a frame; moves nothing.
     *
     * @return how many; none when it is {@link #atBoundary} already
     */
    int acceptToBoundary(ByteBuf in) {
        int start = in.readerIndex();
        int at = start;
        int end = in.writerIndex();
        while (at < end && !atBoundary()) {
            at = next(in, at, end);
        }
        return at - start;
    }

    private int next(ByteBuf in, int at, int end) {
        if (remaining > 0) {
            int taken = (int) Math.min(remaining, end - at);
            remaining -= taken;
            return at + taken;
        }
        header(in.getByte(at) & 0xff);
        return at + 1;
    }

    private void header(int b) {
        switch (headerBytes) {
            case 0 -> opcode = b & 0x0f;
            case 1 -> {
                int small = b & 0x7f;
                lengthBytes = small == 126 ? 2 : small == 127 ? 8 : 0;
                length = lengthBytes == 0 ? small : 0;
                headerWanted = 2 + lengthBytes + ((b & 0x80) == 0 ? 0 : 4);
            }
            default -> {
                if (headerBytes < 2 + lengthBytes) {
                    length = length << 8 | b;
                }
            }
        }
        headerBytes++;
        if (headerBytes == headerWanted) {
            closed |= opcode == CLOSE;
            // A length with the highest bit set is no length; what follows is for the ends to
            // judge.
            remaining = length & Long.MAX_VALUE;
            headerBytes = 0;
            headerWanted = 2;
        }
    }
}
