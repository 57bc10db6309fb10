package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * An answer that stays open for as long as both sides like: server-sent events, a WebSocket, or
 * another protocol after an upgrade. It can be asked to end, so that its client comes back and is
 * sent to another instance. Events end between two of them (or, coded, where {@link EventBorder}
 * says), and a WebSocket with a Close frame between two frames (RFC 6455 5.5.1, status 1001 or
 * 1012); of what nobody knows the language, the end is waited for. One event loop.
 */
final class LongStream {
    /** What the stream speaks. */
    enum Kind {
        EVENTS,
        WEBSOCKET,
        OPAQUE
    }

    /** Why it is asked to end, as a WebSocket's status. */
    enum Why {
        GOING_AWAY(1001),
        SERVICE_RESTART(1012);

        private final int status;

        Why(int status) {
            this.status = status;
        }
    }

    private static final int CLOSE_FRAME = 0x88;

    private final Kind kind;
    private final WebSocketFrames frames = new WebSocketFrames();
    private Why why = Why.GOING_AWAY;
    private boolean asked;
    private boolean closeSent;
    private long closeSentNanos;

    LongStream(Kind kind) {
        this.kind = kind;
    }

    static Kind kindOf(ResponseHead response) {
        if (response.status != 101) {
            return Kind.EVENTS;
        }
        return response.webSocket ? Kind.WEBSOCKET : Kind.OPAQUE;
    }

    boolean tunnel() {
        return kind != Kind.EVENTS;
    }

    /** Whether it has been asked to end already, or cannot be. */
    boolean asked() {
        return asked || kind == Kind.OPAQUE;
    }

    void ask(Why reason) {
        asked = true;
        why = reason;
    }

    /** The bytes that came along with the answer's head; takes none of them. */
    void first(ByteBuf bytes) {
        if (kind == Kind.WEBSOCKET) {
            frames.accept(bytes);
        }
    }

    /** Whether the end of it is overdue: its client was told so long ago. */
    boolean overdue(long nowNanos, long waitNanos) {
        return closeSent && nowNanos - closeSentNanos > waitNanos;
    }

    /**
     * What the client gets of these bytes of the instance's; owns them.
     *
     * @return the same bytes, or fewer with the Close frame behind them; nothing after that frame
     */
    ByteBuf pass(ByteBuf bytes, ByteBufAllocator allocator, long nowNanos) {
        if (kind != Kind.WEBSOCKET) {
            return bytes;
        }
        if (closeSent) {
            bytes.release();
            return Unpooled.EMPTY_BUFFER;
        }
        if (!asked) {
            frames.accept(bytes);
            return bytes;
        }
        int whole = frames.acceptToBoundary(bytes);
        if (!frames.atBoundary() || frames.closed()) {
            return bytes;
        }
        closeSent = true;
        closeSentNanos = nowNanos;
        ByteBuf last = allocator.directBuffer(whole + 4);
        last.writeBytes(bytes, whole);
        bytes.release();
        return last.writeByte(CLOSE_FRAME).writeByte(2).writeShort(why.status);
    }

    /** Whether it can end now, by ending the answer. */
    boolean mayEnd(BodyScanner body) {
        return kind == Kind.EVENTS && asked && body.betweenEvents();
    }

    /** Whether a Close frame can be sent now, without bytes of the instance's to wait for. */
    boolean mayClose() {
        return kind == Kind.WEBSOCKET
                && asked
                && !closeSent
                && !frames.closed()
                && frames.atBoundary();
    }
}
