package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent of one stream: pieces of a body, then its end or trailers. Small pieces are
 * put together, so that a queue of few bytes does not hold many large buffers. One event loop.
 */
final class SendQueue {
    private static final int SMALL = 2048;
    private static final int GATHERED = 8192;

    private @Nullable ByteBuf @Nullable [] pieces;
    private int first;
    private int count;
    private int bytes;

    /** The last piece is ours to add to. */
    private boolean lastIsGathered;

    /** Nothing follows what is queued. */
    boolean ends;

    /** What follows it, compressed only when its turn comes. */
    @Nullable HeldFields trailers;

    int bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return count == 0 && !ends;
    }

    /** Takes over the piece. */
    void add(ByteBuf piece, ByteBufAllocator allocator) {
        int size = piece.readableBytes();
        if (size == 0) {
            piece.release();
            return;
        }
        bytes += size;
        if (size > SMALL) {
            append(piece);
            lastIsGathered = false;
            return;
        }
        ByteBuf last = lastIsGathered && count > 0 ? piece(count - 1) : null;
        if (last == null || last.writableBytes() < size) {
            last = allocator.directBuffer(GATHERED, GATHERED);
            append(last);
            lastIsGathered = true;
        }
        last.writeBytes(piece);
        piece.release();
    }

    private void append(ByteBuf piece) {
        @Nullable ByteBuf[] all = pieces;
        if (all == null) {
            all = new ByteBuf[4];
            pieces = all;
        } else if (count == all.length) {
            @Nullable ByteBuf[] larger = Arrays.copyOf(all, all.length * 2);
            for (int i = 0; i < count; i++) {
                larger[i] = all[(first + i) & (all.length - 1)];
            }
            first = 0;
            pieces = larger;
            all = larger;
        }
        all[(first + count) & (all.length - 1)] = piece;
        count++;
    }

    private @Nullable ByteBuf piece(int index) {
        @Nullable ByteBuf[] all = pieces;
        return all == null ? null : all[(first + index) & (all.length - 1)];
    }

    /** The piece that is next to be sent; null when there is none. */
    @Nullable ByteBuf head() {
        return count == 0 ? null : piece(0);
    }

    /** So many bytes of the head were sent: its reader index has moved on. */
    void sent(int size) {
        bytes -= size;
        ByteBuf head = head();
        if (head != null && !head.isReadable()) {
            head.release();
            dropHead();
        }
    }

    private void dropHead() {
        @Nullable ByteBuf[] all = pieces;
        if (all != null) {
            all[first] = null;
            first = (first + 1) & (all.length - 1);
            count--;
            lastIsGathered &= count > 0;
        }
    }

    void clear() {
        ByteBuf head = head();
        while (head != null) {
            head.release();
            dropHead();
            head = head();
        }
        bytes = 0;
        ends = false;
        trailers = null;
    }
}
