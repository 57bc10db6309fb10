package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;

/**
 * The client's side of one {@link Exchange}: takes the answer, and gives the request's body when
 * there is use for it. Each protocol that clients speak implements it. One event loop.
 *
 * <p>An exchange calls {@link #begin} at most once, {@link #pass} any number of times, and ends
 * with exactly one of {@link #ended}, {@link #refused} and {@link #cut}; unless the client goes
 * first, and tells it so.
 */
interface Downstream {
    /** How {@link #begin} and {@link #pass} say that the body is malformed; nothing was passed. */
    int BAD = -1;

    /** Whether it takes and gives chunked bodies as HTTP/1.1 frames them, for passing them on. */
    boolean framed();

    /** Whether the client expects a status of gRPC's. */
    default boolean isGrpc() {
        return false;
    }

    /** There is use for more of the request's body, or for a sign that the client has gone. */
    void resume();

    /** An answer before the answer: 100, 102, 103. */
    void interim(ResponseHead response);

    /**
     * The answer's head, and as many bytes of its body as came along; owns them.
     *
     * @param requestComplete whether all of the request has come, as far as is known now
     * @return how many of the bytes belonged to the body
     */
    int begin(ResponseHead response, BodyScanner body, ByteBuf rest, boolean requestComplete);

    /** More of the answer's body; owns it, and says how many of the bytes belonged to it. */
    int pass(BodyScanner body, ByteBuf bytes);

    boolean writable();

    void flush();

    /** The answer is complete: writes the body's end and flushes everything. */
    void finish(BodyScanner body);

    /** The exchange is over, after {@link #finish}. */
    void ended(boolean requestComplete);

    /**
     * There is no answer, and none of it was begun: the gateway's own goes out.
     *
     * @param retryAfterSeconds when the client should come again; {@link
     *     HeadRewriter#NO_RETRY_AFTER} for no word of that
     */
    void refused(Refusal refusal, int retryAfterSeconds, boolean requestComplete);

    /**
     * The answer has begun and cannot be completed: the client must see that it was cut.
     *
     * @param why for protocols that can still say so
     */
    void cut(Refusal why);
}
