package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;

/**
 * What a connection tells its owner. Called from within the connection's own calls, {@code receive}
 * above all; the owner may call the connection back at once, except from within a {@link
 * FieldSink}.
 */
public interface Http2Listener {
    /** Why a stream ended before it was complete. */
    enum Cause {
        /** The peer has reset it. */
        PEER,
        /** The peer has broken a rule, and so we have reset it. */
        RULES,
        /** The peer says for sure that it has not processed anything of it. */
        UNPROCESSED,
        /** The connection has come to its end. */
        CONNECTION
    }

    /**
     * The fields of a head or of trailers are going to be told, pseudo-header fields first. They
     * count for nothing until one of the next four methods says what they were; if none does, they
     * were malformed, and the stream has been reset.
     */
    FieldSink fields(Http2Stream stream);

    /** That was the head of a request, or of the final response. */
    void head(Http2Stream stream, boolean end);

    /** That was the head of an interim response. */
    void interim(Http2Stream stream, int status);

    /** That were trailers; nothing follows. */
    void trailers(Http2Stream stream);

    /** That was the head of a request, and a part of it only: it is larger than the limit. */
    void headTooLarge(Http2Stream stream, boolean end);

    /**
     * A part of the body: at the buffer's reader index, which need not be moved. To keep it take a
     * retained slice. The owner says when it is {@link Http2Connection#consumed}.
     *
     * @param length may be 0 at the end
     */
    void data(Http2Stream stream, ByteBuf in, int length, boolean end);

    /** It takes a body's bytes again, after {@link Http2Connection#writable} had said no. */
    void writable(Http2Stream stream);

    /** The stream is closed before both sides were complete. Told once, and not when asked for. */
    void aborted(Http2Stream stream, int code, Cause cause);

    /**
     * The peer takes no new streams on this connection. Those that it has not processed were {@link
     * #aborted} before.
     */
    void goAway(int code);

    /** No stream is open any more and no new one will be: the connection can be closed. */
    void drained();

    /**
     * The peer has broken a rule of the connection. All streams are aborted, and the reason is
     * written: flush, and close.
     */
    void failed(int code, String why);

    /** The peer has said how many streams it takes at once; it may do so again. */
    default void streamsAllowed(int most) {}

    /** A request was answered by a reset without ever being told of. */
    default void rejected(int code, String why) {}
}
