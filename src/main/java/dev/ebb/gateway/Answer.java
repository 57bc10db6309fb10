package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An instance's answer on its way to a client of HTTP/1: how its end is marked there, and the bytes
 * as they pass. A chunked body passes as it is, and without its chunks to a client of HTTP/1.0;
 * what came in another protocol's frames gets chunks where it has no length. A body that ends with
 * the connection ends with the client's connection too: to mark its end with a last chunk would be
 * to claim that it is complete, which nobody knows. Used again for the next answer. One event loop.
 */
final class Answer {
    private static final int SMALL_BYTES = 8 * 1024;
    private static final int MOST_TIMES_USED = 4;
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};
    private static final int CHUNK_HEAD_BYTES = 10;

    /** What happens to the body's bytes. */
    private enum Form {
        AS_IT_CAME,
        UNCHUNKED,
        CHUNKED
    }

    private final ClientConnection client;
    private final GatewayLoop loop;
    private boolean http10;
    private boolean keepAlive;
    private boolean keep;
    private boolean endsWithClose;
    private Form form = Form.AS_IT_CAME;

    Answer(ClientConnection client, GatewayLoop loop) {
        this.client = client;
        this.loop = loop;
    }

    /** Another request has come. */
    void reset(boolean toHttp10, boolean keepsAlive) {
        http10 = toHttp10;
        keepAlive = keepsAlive;
        keep = false;
        endsWithClose = false;
        form = Form.AS_IT_CAME;
    }

    /**
     * After an answer of the gateway's own.
     *
     * @param may whether nothing else is against it that the connection stays
     */
    Hereafter hereafter(boolean may) {
        return Hereafter.of(may && keepAlive, http10);
    }

    /** Whether the client's connection stays open after it. */
    boolean keep() {
        return keep;
    }

    /** Whether the client takes the connection's end for the answer's. */
    boolean endsWithClose() {
        return endsWithClose;
    }

    /** See {@link Downstream#begin}. */
    int begin(ResponseHead response, BodyScanner body, ByteBuf rest, boolean requestComplete) {
        boolean framedByOther = body.endsWhenFinished() && response.contentLength < 0;
        if (framedByOther && !http10) {
            form = Form.CHUNKED;
        } else if (response.chunked && http10 && !body.done()) {
            form = Form.UNCHUNKED;
        }
        endsWithClose = body.endsWithClose() || form == Form.UNCHUNKED || (framedByOther && http10);
        boolean mayKeep =
                keepAlive && !loop.isClosing() && (requestComplete || response.status < 400);
        keep = mayKeep && !endsWithClose;
        int readable = rest.readableBytes();
        ByteBuf content = content(readable);
        int taken = body.accept(rest, content);
        if (body.bad()) {
            return bad(rest, content);
        }
        boolean framed =
                form == Form.CHUNKED
                        || (response.chunked
                                && !http10
                                && response.status != 204
                                && response.status != 304);
        HeadWriter head = loop.rewriter().response(response, framed, Hereafter.of(keep, http10));
        if (form == Form.AS_IT_CAME && taken == readable && inPlace(head, rest)) {
            head.putBefore(rest);
            client.write(rest);
        } else if (form == Form.AS_IT_CAME && taken <= SMALL_BYTES) {
            client.write(head.toBuffer(loop.allocator(), taken).writeBytes(rest, taken));
            rest.release();
        } else {
            client.write(head.toBuffer(loop.allocator(), 0));
            write(rest, content, taken, readable);
        }
        return taken;
    }

    /** See {@link Downstream#pass}. */
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

    /** The body is complete, or ends here although the instance would have gone on. */
    void end(BodyScanner body) {
        boolean early = form == Form.AS_IT_CAME && body.framed() && !body.done();
        if (form == Form.CHUNKED || early) {
            Trailers trailers = early ? null : body.trailers();
            int lines = trailers == null ? 0 : trailers.lines().length;
            int size = LAST_CHUNK.length + CRLF.length + lines;
            ByteBuf last = loop.allocator().directBuffer(size).writeBytes(LAST_CHUNK);
            if (trailers != null) {
                last.writeBytes(trailers.lines());
            }
            client.write(last.writeBytes(CRLF));
        }
    }

    private @Nullable ByteBuf content(int readable) {
        return form == Form.UNCHUNKED ? loop.allocator().directBuffer(readable + 1) : null;
    }

    /** Not in a buffer that is mostly empty: a slow client would hold all of it. */
    private static boolean inPlace(HeadWriter head, ByteBuf rest) {
        int used = head.size() + rest.readableBytes();
        return head.fitsBefore(rest) && rest.capacity() <= MOST_TIMES_USED * used;
    }

    private static int bad(ByteBuf bytes, @Nullable ByteBuf content) {
        bytes.release();
        if (content != null) {
            content.release();
        }
        return Downstream.BAD;
    }

    private void write(ByteBuf bytes, @Nullable ByteBuf content, int taken, int readable) {
        if (content != null) {
            bytes.release();
            client.write(content);
            return;
        }
        if (form == Form.CHUNKED && taken > 0) {
            ByteBuf head = loop.allocator().directBuffer(CHUNK_HEAD_BYTES);
            head.writeCharSequence(Integer.toHexString(taken), StandardCharsets.US_ASCII);
            client.write(head.writeBytes(CRLF));
        }
        if (taken == readable && taken > 0) {
            client.write(bytes);
        } else {
            if (taken > 0) {
                client.write(bytes.readRetainedSlice(taken));
            }
            bytes.release();
        }
        if (form == Form.CHUNKED && taken > 0) {
            client.write(loop.allocator().directBuffer(2).writeBytes(CRLF));
        }
    }
}
