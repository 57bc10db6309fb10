package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Exchange}'s way to an instance, from the moment there is a connection. Each protocol
 * that instances speak implements it, and calls the exchange with what comes back. One event loop.
 */
interface Upstream {
    /**
     * The request's head, in HTTP/1.1's form whatever the instance speaks; owns it.
     *
     * @param never those of its fields that no compression table may hold
     * @param last the request has no body
     */
    void head(ByteBuf head, NeverIndexed never, boolean last);

    /** A part of the request's body; owns it. */
    void part(ByteBuf bytes);

    /** The request's body is complete; not called when the head was the last. */
    void end(@Nullable Trailers trailers);

    void flush();

    /** Whether it takes more of the request's body. */
    boolean writable();

    /** Whether more of the answer is wanted. */
    void read(boolean on);

    boolean isReading();

    /**
     * Whether it may say for sure that it has not processed a request, which is then sent elsewhere
     * whatever its method.
     */
    boolean tellsUnprocessed();

    /** Where the answer's body is. */
    BodyScanner body();

    /** The exchange wants no more of it. */
    void abandon();

    /** The exchange is over and has counted itself as finished: may be used again. */
    void release(long nowNanos);
}
