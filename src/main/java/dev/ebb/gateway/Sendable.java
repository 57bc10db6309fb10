package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A request as it goes to an instance: the head, and of the body what has come before there was a
 * connection, or what may have to be sent once more. Owns its buffers. One event loop.
 */
final class Sendable {
    private static final byte[] END = {'\r', '\n'};

    private @Nullable ByteBuf head;
    private final NeverIndexed never;
    private @Nullable ArrayDeque<ByteBuf> parts;
    private int bytes;
    private final boolean bodyless;
    private boolean ended;
    private @Nullable Trailers trailers;
    private boolean written;

    /** Where the head ends that came, without the lines that were put to it; 0 for no lines. */
    private int ownEnd;

    /**
     * @param never the head's fields that no compression table may hold
     * @param bodyless the head is all that there is
     */
    Sendable(ByteBuf head, NeverIndexed never, boolean bodyless) {
        this.head = head;
        this.never = never;
        this.bodyless = bodyless;
        ended = bodyless;
    }

    /** Whether all of the request, as far as it has come, is still here. */
    boolean complete() {
        return head != null;
    }

    /** Of the body. */
    int bytes() {
        return bytes;
    }

    void add(ByteBuf part) {
        ArrayDeque<ByteBuf> all = parts;
        if (all == null) {
            all = new ArrayDeque<>(4);
            parts = all;
        }
        all.addLast(part);
        bytes += part.readableBytes();
    }

    /**
     * Puts these lines at the end of the head, in the place of those that were put there before.
     *
     * @param lines each with its CR LF
     */
    void tail(byte[] lines, ByteBufAllocator allocator) {
        ByteBuf old = head();
        if (ownEnd == 0) {
            ownEnd = old.writerIndex() - END.length;
        }
        head =
                allocator
                        .directBuffer(ownEnd + lines.length + END.length)
                        .writeBytes(old, 0, ownEnd)
                        .writeBytes(lines)
                        .writeBytes(END);
        old.release();
        written = false;
    }

    /** The body has come to its end. */
    void end(@Nullable Trailers behind) {
        ended = true;
        trailers = behind;
    }

    /** Writes everything and keeps it. */
    void writeTo(Upstream upstream) {
        upstream.head(again(head()), never, bodyless);
        if (parts != null) {
            for (ByteBuf part : parts) {
                upstream.part(part.retainedDuplicate());
            }
        }
        written = true;
        endOf(upstream);
    }

    /** The first to write it gets the buffer itself and moves its reader index, others a view. */
    private ByteBuf again(ByteBuf first) {
        return written ? first.retainedDuplicate().readerIndex(0) : first.retain();
    }

    /** Writes everything and lets go of it. */
    void moveTo(Upstream upstream) {
        ByteBuf first = head();
        head = null;
        upstream.head(again(first), never, bodyless);
        first.release();
        ArrayDeque<ByteBuf> rest = parts;
        parts = null;
        bytes = 0;
        if (rest != null) {
            rest.forEach(upstream::part);
        }
        endOf(upstream);
    }

    private ByteBuf head() {
        ByteBuf first = head;
        if (first == null) {
            throw new IllegalStateException("the request is not here any more");
        }
        return first;
    }

    private void endOf(Upstream upstream) {
        if (ended && !bodyless) {
            upstream.end(trailers);
        }
    }

    void drop() {
        ByteBuf first = head;
        head = null;
        if (first != null) {
            first.release();
        }
        ArrayDeque<ByteBuf> rest = parts;
        parts = null;
        bytes = 0;
        if (rest != null) {
            rest.forEach(ByteBuf::release);
        }
    }
}
