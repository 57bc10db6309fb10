package dev.ebb.gateway;

import dev.ebb.balance.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The request's half of an {@link Exchange}: takes the body from the client, brings it into the
 * form that the instance wants, keeps what may have to be sent again, and passes it on. One event
 * loop.
 */
final class RequestSide {
    private static final int COPIED_CHUNK_BYTES = 4 * 1024;
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};
    private static final int CHUNK_HEAD_BYTES = 10;

    /** What happens to the body's bytes. */
    private enum Form {
        AS_IT_CAME,
        /** The chunks are taken off, because the instance's protocol has frames of its own. */
        UNCHUNKED,
        /** Chunks are put around it, because the instance could not see its end otherwise. */
        CHUNKED
    }

    private static final double NANOS_PER_SECOND = 1e9;

    private final BodyScanner body;
    private final Form form;
    private final Sendable request;
    private final int replayBytes;
    private final ByteBufAllocator allocator;
    private final boolean http10;
    private final boolean grpcDeadline;
    private boolean expectContinue;
    private long bytes;
    private final long uploadRate;
    private final boolean rated;
    private long uploadNanos;

    /**
     * @param head what goes to the instance
     * @param body where the request's body is
     * @param framedUpstream whether the instance takes chunks as HTTP/1.1 frames them
     */
    RequestSide(
            RequestHead asked,
            ByteBuf head,
            BodyScanner body,
            boolean framedUpstream,
            GatewayLoop loop) {
        this.body = body;
        uploadRate = loop.settings().limits().uploadRate();
        // A stream of HTTP/2 without a length may be one that says little and goes on for long.
        rated = body.framed() || asked.contentLength > 0;
        replayBytes = loop.settings().limits().replayBytes();
        allocator = loop.allocator();
        http10 = asked.http10;
        grpcDeadline = asked.grpcDeadline;
        expectContinue = asked.expectContinue;
        request = new Sendable(head, asked.never, body.done());
        if (body.framed() && !framedUpstream) {
            form = Form.UNCHUNKED;
        } else if (asked.chunked && !body.framed() && framedUpstream) {
            form = Form.CHUNKED;
        } else {
            form = Form.AS_IT_CAME;
        }
    }

    /** Whether all of it has come. */
    boolean complete() {
        return body.done();
    }

    /**
     * Whether the body comes so slowly that somebody means to hold the connection.
     *
     * @param tickNanos have passed, in which the client could have sent
     * @param graceNanos in which it may be slow
     */
    boolean drips(long tickNanos, long graceNanos) {
        uploadNanos += tickNanos;
        return rated
                && uploadNanos > graceNanos
                && bytes < uploadRate * (uploadNanos / NANOS_PER_SECOND);
    }

    /** Whether the client understands an answer before the answer, and has not had it yet. */
    boolean wantsInterim(int status) {
        boolean wanted = !http10 && (status != 100 || expectContinue);
        expectContinue &= status != 100;
        return wanted;
    }

    /** Whether what has come is still here, so that it can be sent. */
    boolean kept() {
        return request.complete();
    }

    /** Bytes of the body that have come, with their framing. */
    long bytes() {
        return bytes;
    }

    boolean wantsMore(@Nullable Upstream upstream) {
        if (body.done()) {
            return false;
        }
        return upstream == null ? request.bytes() < replayBytes : upstream.writable();
    }

    /** Says in the head how long the request may still take. */
    void deadline(long leftNanos) {
        long millis = Deadline.millis(leftNanos);
        String grpc =
                grpcDeadline
                        ? Deadline.GRPC_FIELD + ": " + Deadline.formatGrpc(leftNanos) + "\r\n"
                        : "";
        request.tail(Bytes.ascii(Deadline.FIELD + ": " + millis + "\r\n" + grpc), allocator);
    }

    /** Sends everything that there is of it; {@code keep} for another time, too. */
    void sendTo(Upstream upstream, boolean keep) {
        if (keep) {
            request.writeTo(upstream);
        } else {
            request.moveTo(upstream);
        }
        upstream.flush();
    }

    /** From now on the bytes pass both ways as they are, until someone closes. */
    void tunnel() {
        body.untilClose();
    }

    /**
     * Takes its part of what the client has sent, from the reader index on, and passes it on.
     *
     * @param upstream where to; null when there is no connection yet
     * @param keep it may have to be sent again
     * @return how many bytes were the body's; {@link Downstream#BAD} when it is malformed
     */
    int accept(ByteBuf in, @Nullable Upstream upstream, boolean keep) {
        ByteBuf content =
                form == Form.UNCHUNKED ? allocator.directBuffer(in.readableBytes()) : null;
        int taken = body.accept(in, content);
        if (body.bad()) {
            if (content != null) {
                content.release();
            }
            return Downstream.BAD;
        }
        bytes += taken;
        if (content != null) {
            in.skipBytes(taken);
            forward(content, upstream, keep);
        } else if (taken > 0) {
            var part = in.readRetainedSlice(taken);
            forward(form == Form.CHUNKED ? chunk(part) : part, upstream, keep);
        }
        if (body.done()) {
            end(upstream, keep);
        }
        return taken;
    }

    /** The client's protocol says that the body is complete; it was told so to the scanner. */
    void finished(@Nullable Upstream upstream, boolean keep) {
        end(upstream, keep);
    }

    private ByteBuf chunk(ByteBuf part) {
        int size = part.readableBytes();
        boolean copied = size <= COPIED_CHUNK_BYTES;
        ByteBuf head = allocator.directBuffer(CHUNK_HEAD_BYTES + (copied ? size + 2 : 0));
        head.writeCharSequence(
                Integer.toHexString(size), java.nio.charset.StandardCharsets.US_ASCII);
        head.writeBytes(CRLF);
        if (copied) {
            head.writeBytes(part).writeBytes(CRLF);
            part.release();
            return head;
        }
        return allocator
                .compositeDirectBuffer(3)
                .addComponents(true, head, part, allocator.directBuffer(2).writeBytes(CRLF));
    }

    private void forward(ByteBuf part, @Nullable Upstream upstream, boolean keep) {
        if (!part.isReadable()) {
            part.release();
            return;
        }
        if (upstream == null) {
            request.add(part);
            return;
        }
        if (keep && request.complete()) {
            if (request.bytes() + part.readableBytes() <= replayBytes) {
                request.add(part.retainedDuplicate());
            } else {
                request.drop();
            }
        }
        upstream.part(part);
    }

    private void end(@Nullable Upstream upstream, boolean keep) {
        Trailers trailers = body.trailers();
        if (form == Form.CHUNKED) {
            int lines = trailers == null ? 0 : trailers.lines().length;
            int size = LAST_CHUNK.length + lines + CRLF.length;
            ByteBuf last = allocator.directBuffer(size).writeBytes(LAST_CHUNK);
            if (trailers != null) {
                last.writeBytes(trailers.lines());
            }
            forward(last.writeBytes(CRLF), upstream, keep);
        }
        request.end(trailers);
        if (upstream != null) {
            upstream.end(trailers);
        }
    }

    void drop() {
        request.drop();
    }
}
