package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A request as it goes to an instance: the head, and of the body what has come before there was a
 * connection, or what may have to be sent once more. Owns its buffers. One event loop.
 */
final class Sendable {
    private @Nullable ByteBuf head;
    private @Nullable ArrayDeque<ByteBuf> parts;
    private int bytes;

    Sendable(ByteBuf head) {
        this.head = head;
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

    /** Writes everything and keeps it. */
    void writeTo(UpstreamConnection connection) {
        ByteBuf first = head;
        if (first == null) {
            throw new IllegalStateException("the request is not here any more");
        }
        connection.write(first.retainedDuplicate());
        if (parts != null) {
            for (ByteBuf part : parts) {
                connection.write(part.retainedDuplicate());
            }
        }
    }

    /** Writes everything and lets go of it. */
    void moveTo(UpstreamConnection connection) {
        ByteBuf first = head;
        if (first == null) {
            throw new IllegalStateException("the request is not here any more");
        }
        head = null;
        connection.write(first);
        ArrayDeque<ByteBuf> rest = parts;
        parts = null;
        bytes = 0;
        if (rest != null) {
            rest.forEach(connection::write);
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
