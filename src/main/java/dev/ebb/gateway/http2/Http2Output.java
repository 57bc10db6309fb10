package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;

/** Where a connection's bytes go. Called from within the connection's own calls. */
public interface Http2Output {
    /** Takes the bytes over; they go out in the order of the calls, at the latest when flushed. */
    void write(ByteBuf bytes);

    void flush();

    /** Whether more should be written now; when it turns true, the connection wants to know. */
    boolean writable();
}
