package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * An instance's answer on its way to the client: how its end is marked there, and the bytes as they
 * pass. A chunked body passes as it is, and without its chunks to a client of HTTP/1.0. A body that
 * ends with the connection ends with the client's connection too: to mark its end with a last chunk
 * would be to claim that it is complete, which nobody knows. One event loop.
 */
final class Answer {
    /** How {@link #begin} and {@link #pass} say that the body is malformed; nothing was passed. */
    static final int BAD = -1;

    private static final int SMALL_BYTES = 8 * 1024;

    private final ClientConnection client;
    private final GatewayLoop loop;
    private final boolean http10;
    private int status;
    private boolean begun;
    private boolean keep;
    private boolean endsWithClose;
    private boolean dechunk;

    Answer(ClientConnection client, GatewayLoop loop, boolean http10) {
        this.client = client;
        this.loop = loop;
        this.http10 = http10;
    }

    int status() {
        return status;
    }

    /** Whether bytes of it went to the client, so that there can be no other answer. */
    boolean begun() {
        return begun;
    }

    /** Whether the client's connection stays open after it. */
    boolean keep() {
        return keep;
    }

    /** Whether the client takes the connection's end for the answer's. */
    boolean endsWithClose() {
        return endsWithClose;
    }

    /**
     * The head, and as many bytes of the body as came along; owns them.
     *
     * @param mayKeep the client's connection may stay open, as far as the request goes
     * @return how many of the bytes belonged to the body
     */
    int begin(ResponseHead response, BodyScanner body, ByteBuf rest, boolean mayKeep) {
        status = response.status;
        dechunk = response.chunked && http10 && !body.done();
        endsWithClose = body.endsWithClose() || dechunk;
        keep = mayKeep && !endsWithClose;
        int readable = rest.readableBytes();
        ByteBuf content = content(readable);
        int taken = body.accept(rest, content);
        if (body.bad()) {
            return bad(rest, content);
        }
        begun = true;
        boolean framed = response.chunked && !http10 && status != 204 && status != 304;
        boolean small = content == null && taken <= SMALL_BYTES;
        ByteBuf out =
                loop.rewriter()
                        .response(
                                response,
                                framed,
                                keep,
                                http10,
                                small ? taken : 0,
                                loop.allocator());
        if (small) {
            out.writeBytes(rest, taken);
            rest.release();
            client.write(out);
        } else {
            client.write(out);
            write(rest, content, taken, readable);
        }
        return taken;
    }

    /** More of the body; owns it. */
    int pass(BodyScanner body, ByteBuf bytes) {
        int readable = bytes.readableBytes();
        ByteBuf content = content(readable);
        int taken = body.accept(bytes, content);
        if (body.bad()) {
            return bad(bytes, content);
        }
        write(bytes, content, taken, readable);
        return taken;
    }

    private @Nullable ByteBuf content(int readable) {
        return dechunk ? loop.allocator().directBuffer(readable + 1) : null;
    }

    private static int bad(ByteBuf bytes, @Nullable ByteBuf content) {
        bytes.release();
        if (content != null) {
            content.release();
        }
        return BAD;
    }

    private void write(ByteBuf bytes, @Nullable ByteBuf content, int taken, int readable) {
        if (content != null) {
            bytes.release();
            client.write(content);
        } else if (taken == readable && taken > 0) {
            client.write(bytes);
        } else {
            if (taken > 0) {
                client.write(bytes.readRetainedSlice(taken));
            }
            bytes.release();
        }
    }
}
