package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Outcome;
import dev.ebb.balance.Pick;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.Tried;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: pick, connect, send, receive, and again elsewhere where that is
 * allowed. Ends exactly once, with {@link ClientConnection#exchangeEnded}. One event loop.
 *
 * <p>What may be sent again: a request of which nothing was sent, whatever its method; and an
 * idempotent one (RFC 9110 9.2.2) whose connection broke before the answer's head, while all that
 * was sent of its body is still here. Never after a byte of the final answer went to the client.
 */
final class Exchange {
    private static final int SMALL_BYTES = 8 * 1024;

    private final ClientConnection client;
    private final GatewayLoop loop;
    private final LoopService service;
    private final BodyScanner requestBody;
    private final boolean isHead;
    private final boolean http10;
    private final boolean keepAlive;
    private final boolean repeatable;
    private boolean expectContinue;
    private final long startNanos;

    // What may have to be sent again: the head, and the body as far as it has come.
    private @Nullable ByteBuf head;
    private @Nullable ArrayDeque<ByteBuf> held;
    private int heldBytes;
    private boolean replayable = true;
    private long requestBytes;

    private Tried tried = Tried.NONE;
    private int attempts;
    private @Nullable Candidate candidate;
    private @Nullable UpstreamConnection connecting;
    private @Nullable UpstreamConnection upstream;
    private boolean waits;
    private boolean answered;
    private boolean stream;
    private long pickNanos;

    private int status;
    private boolean started;
    private boolean keep;
    private boolean closeDelimited;
    private boolean dechunk;
    private boolean over;
    private long progressNanos;

    Exchange(
            ClientConnection client,
            LoopService service,
            RequestHead request,
            BodyScanner requestBody,
            ByteBuf head,
            long nowNanos) {
        this.client = client;
        this.loop = service.loop;
        this.service = service;
        this.requestBody = requestBody;
        this.head = head;
        isHead = request.isHead;
        http10 = request.http10;
        keepAlive = request.keepAlive;
        expectContinue = request.expectContinue;
        RetryPolicy retry = service.service.balance().retry();
        repeatable = retry.enabled() && request.idempotent;
        startNanos = nowNanos;
        progressNanos = nowNanos;
    }

    // ---- Attempts

    void start() {
        service.counters.count(Counters.REQUESTS);
        service.budget.request(startNanos);
        attempt(startNanos);
    }

    private void attempt(long nowNanos) {
        switch (service.balancer.pick(tried, nowNanos, loop.random())) {
            case Pick.None none -> refuse(Refusal.NO_INSTANCE);
            case Pick.Picked picked -> {
                attempts++;
                candidate = picked.candidate();
                pickNanos = nowNanos;
                progressNanos = nowNanos;
                answered = false;
                waits = true;
                boolean careful = !repeatable || attempts >= retryPolicy().maxAttempts();
                service.pool(picked.candidate()).acquire(this, attempts > 1, careful);
            }
        }
    }

    private RetryPolicy retryPolicy() {
        return service.service.balance().retry();
    }

    /** The pool opens a connection for this exchange. */
    void connecting(UpstreamConnection connection) {
        connecting = connection;
    }

    /** Here is a connection; everything that there is of the request goes out. */
    void connected(UpstreamConnection connection) {
        connecting = null;
        waits = false;
        upstream = connection;
        progressNanos = System.nanoTime();
        ByteBuf request = head;
        if (request == null) {
            throw new IllegalStateException("the request's head is not here any more");
        }
        boolean again = mayBeSentAgain();
        if (!again) {
            head = null;
        }
        connection.write(again ? request.retainedDuplicate() : request);
        ArrayDeque<ByteBuf> parts = held;
        if (parts != null) {
            for (ByteBuf part : parts) {
                connection.write(again ? part.retainedDuplicate() : part);
            }
            if (!again) {
                held = null;
                heldBytes = 0;
            }
        }
        connection.flush();
        client.process();
    }

    private boolean mayBeSentAgain() {
        return repeatable && replayable && attempts < retryPolicy().maxAttempts();
    }

    /** There is no connection to the instance to be had. Nothing of the request was sent. */
    void noConnection(Refusal why) {
        connecting = null;
        waits = false;
        long now = System.nanoTime();
        Outcome outcome =
                switch (why) {
                    case CONNECT_REFUSED -> Outcome.REFUSED;
                    case OVERLOADED -> Outcome.CANCELLED;
                    default -> Outcome.CONNECT_FAILED;
                };
        boolean exempt = why == Refusal.CONNECT_REFUSED;
        retryOrRefuse(why, outcome, why != Refusal.OVERLOADED, exempt, now);
    }

    /** The connection ended, or its answer made no sense, before the answer was complete. */
    void broken(UpstreamConnection connection, UpstreamConnection.Break why) {
        upstream = null;
        long now = System.nanoTime();
        boolean garbage = why == UpstreamConnection.Break.BAD_RESPONSE;
        if (started) {
            truncated(Outcome.CUT, now);
            return;
        }
        Refusal refusal = garbage ? Refusal.BAD_RESPONSE : Refusal.UPSTREAM_CLOSED;
        retryOrRefuse(refusal, Outcome.CUT, !garbage && mayBeSentAgain(), false, now);
    }

    private void retryOrRefuse(
            Refusal why, Outcome outcome, boolean allowed, boolean exempt, long nowNanos) {
        Candidate failed = candidate();
        boolean byScaling = service.scalingIsDue(failed);
        finishAttempt(outcome, nowNanos);
        boolean again =
                allowed
                        && retryPolicy().enabled()
                        && attempts < retryPolicy().maxAttempts()
                        && (exempt || service.budget.tryRetry(nowNanos));
        if (!again) {
            if (byScaling) {
                service.endpoint(failed).lostByScaling();
            }
            refuse(attempts > 1 ? Refusal.RETRY_EXHAUSTED : why);
            return;
        }
        service.counters.count(Counters.RETRIED);
        if (byScaling) {
            service.counters.count(Counters.RETRIED_BY_SCALING);
            service.endpoint(failed).retriedByScaling();
        }
        if (tried == Tried.NONE) {
            tried = Tried.create();
        }
        tried.add(failed);
        attempt(nowNanos);
    }

    private Candidate candidate() {
        Candidate current = candidate;
        if (current == null) {
            throw new IllegalStateException("no attempt is going on");
        }
        return current;
    }

    private void finishAttempt(Outcome outcome, long nowNanos) {
        Candidate current = candidate();
        candidate = null;
        if (stream) {
            stream = false;
            service.balancer.streamFinished(current, outcome, pickNanos, nowNanos);
        } else {
            service.balancer.finished(current, outcome, answered, pickNanos, nowNanos);
        }
    }

    // ---- The request's body

    boolean requestIsSent() {
        return requestBody.done();
    }

    /** Whether bytes of the request's body are wanted now. */
    boolean wantsBody() {
        if (requestBody.done() || over) {
            return false;
        }
        UpstreamConnection connection = upstream;
        return connection == null
                ? heldBytes < loop.settings().limits().replayBytes()
                : connection.writable();
    }

    /** Takes its part of what the client has sent, from the reader index on. */
    void requestBody(ByteBuf in) {
        int taken = requestBody.accept(in, null);
        if (requestBody.bad()) {
            giveUp(Refusal.BAD_CHUNK);
            return;
        }
        requestBytes += taken;
        progressNanos = System.nanoTime();
        service.counters.add(Counters.BYTES_IN, taken);
        long most = loop.settings().limits().requestBodyBytes();
        if (most > 0 && requestBytes > most) {
            giveUp(Refusal.BODY_TOO_LARGE);
            return;
        }
        if (taken > 0) {
            forward(in.readRetainedSlice(taken));
        }
    }

    private void forward(ByteBuf part) {
        UpstreamConnection connection = upstream;
        int size = part.readableBytes();
        if (connection == null) {
            hold(part);
            return;
        }
        if (mayBeSentAgain()) {
            if (heldBytes + size <= loop.settings().limits().replayBytes()) {
                hold(part.retainedDuplicate());
            } else {
                dropReplay();
            }
        }
        connection.write(part);
    }

    private void hold(ByteBuf part) {
        ArrayDeque<ByteBuf> parts = held;
        if (parts == null) {
            parts = new ArrayDeque<>(4);
            held = parts;
        }
        parts.addLast(part);
        heldBytes += part.readableBytes();
    }

    private void dropReplay() {
        replayable = false;
        ArrayDeque<ByteBuf> parts = held;
        held = null;
        heldBytes = 0;
        if (parts != null) {
            parts.forEach(ByteBuf::release);
        }
        ByteBuf request = head;
        head = null;
        if (request != null) {
            request.release();
        }
    }

    void flushUpstream() {
        UpstreamConnection connection = upstream;
        if (connection != null) {
            connection.flush();
        }
    }

    /** The connection to the instance takes bytes again. */
    void upstreamWritable() {
        progressNanos = System.nanoTime();
        client.process();
    }

    // ---- The answer

    boolean isHead() {
        return isHead;
    }

    /** An answer before the answer: 100, 102, 103. */
    void interim(ResponseHead response) {
        boolean unexpected = response.status == 100 && !expectContinue;
        if (http10 || unexpected) {
            return;
        }
        if (response.status == 100) {
            expectContinue = false;
        }
        progressNanos = System.nanoTime();
        client.write(loop.rewriter().response(response, false, true, false, 0, loop.allocator()));
    }

    /**
     * The answer's head, and as many bytes of its body as came along; owns them.
     *
     * @return whether there are bytes behind the body's end
     */
    boolean responseHead(ResponseHead response, UpstreamConnection connection, ByteBuf rest) {
        long now = System.nanoTime();
        BodyScanner body = connection.body();
        status = response.status;
        dechunk = response.chunked && http10 && !body.done();
        closeDelimited = body.endsWithClose() || dechunk;
        int readable = rest.readableBytes();
        ByteBuf content = dechunk ? loop.allocator().directBuffer(readable + 1) : null;
        int taken = body.accept(rest, content);
        if (body.bad()) {
            rest.release();
            if (content != null) {
                content.release();
            }
            return false;
        }
        answered = true;
        progressNanos = now;
        service.balancer.answered(candidate(), Outcome.ofStatus(status), pickNanos, now);
        if (response.stream) {
            stream = true;
            service.balancer.streamOpened(candidate());
        }
        dropReplay();
        keep =
                keepAlive
                        && !closeDelimited
                        && !loop.isClosing()
                        && (requestIsSent() || status < 400);
        started = true;
        boolean framed = response.chunked && !http10 && !(status == 204 || status == 304);
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
        if (small && taken > 0) {
            out.writeBytes(rest, taken);
        }
        client.write(out);
        if (small) {
            rest.release();
        } else {
            writeBody(rest, content, taken, readable);
        }
        service.counters.add(Counters.BYTES_OUT, taken);
        pauseIfFull(connection);
        return taken < readable;
    }

    /** More of the answer's body; owns it, and says whether there are bytes behind its end. */
    boolean responseBody(UpstreamConnection connection, ByteBuf bytes) {
        int readable = bytes.readableBytes();
        ByteBuf content = dechunk ? loop.allocator().directBuffer(readable + 1) : null;
        int taken = connection.body().accept(bytes, content);
        if (connection.body().bad()) {
            bytes.release();
            if (content != null) {
                content.release();
            }
            return false;
        }
        progressNanos = System.nanoTime();
        writeBody(bytes, content, taken, readable);
        service.counters.add(Counters.BYTES_OUT, taken);
        pauseIfFull(connection);
        return taken < readable;
    }

    private void writeBody(ByteBuf bytes, @Nullable ByteBuf content, int taken, int readable) {
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

    private void pauseIfFull(UpstreamConnection connection) {
        if (!client.writable()) {
            connection.read(false);
        }
    }

    /** The client takes bytes again. */
    void clientWritable() {
        progressNanos = System.nanoTime();
        UpstreamConnection connection = upstream;
        if (connection != null) {
            connection.read(true);
        }
    }

    void flushClient() {
        client.flush();
    }

    /**
     * The answer is complete.
     *
     * @param reusable the connection, if it may serve again
     */
    void responseEnded(@Nullable UpstreamConnection reusable) {
        long now = System.nanoTime();
        upstream = null;
        finishAttempt(Outcome.ofStatus(status), now);
        service.counters.answered(status, now - startNanos);
        over = true;
        client.flush();
        if (reusable != null) {
            reusable.release(now);
        }
        client.exchangeEnded(keep, requestIsSent());
    }

    // ---- Other ends

    private void truncated(Outcome outcome, long nowNanos) {
        Candidate failed = candidate();
        if (service.scalingIsDue(failed)) {
            service.endpoint(failed).cutByScaling();
        }
        finishAttempt(outcome, nowNanos);
        service.counters.count(Counters.TRUNCATED);
        over = true;
        client.abort(closeDelimited);
    }

    /** Ends without an answer of the instance: the gateway's own goes to the client. */
    private void refuse(Refusal refusal) {
        dropReplay();
        over = true;
        service.counters.refused(refusal);
        client.refused(refusal, keepAlive, requestIsSent(), isHead);
    }

    /** The client's fault, or time's: lets go of the instance and answers, if that is possible. */
    private void giveUp(Refusal refusal) {
        long now = System.nanoTime();
        UpstreamConnection current = upstream;
        boolean clientStalls = current != null && !current.isReading();
        boolean timeout =
                !clientStalls
                        && (refusal == Refusal.RESPONSE_TIMEOUT
                                || refusal == Refusal.REQUEST_DEADLINE);
        letGo();
        if (started) {
            truncated(timeout ? Outcome.TIMEOUT : Outcome.CANCELLED, now);
            return;
        }
        if (candidate != null) {
            Candidate failed = candidate();
            if (timeout && service.scalingIsDue(failed)) {
                service.endpoint(failed).lostByScaling();
            }
            finishAttempt(timeout ? Outcome.TIMEOUT : Outcome.CANCELLED, now);
        }
        refuse(refusal);
    }

    private void letGo() {
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.abandon();
        }
        if (waits && candidate != null) {
            waits = false;
            service.pool(candidate()).cancel(this);
            UpstreamConnection pending = connecting;
            connecting = null;
            if (pending != null) {
                pending.notNeeded();
            }
        }
    }

    /** The client has closed its connection. */
    void clientGone() {
        if (over) {
            return;
        }
        over = true;
        letGo();
        dropReplay();
        if (candidate != null) {
            finishAttempt(Outcome.CANCELLED, System.nanoTime());
        }
        service.counters.count(Counters.CANCELLED);
    }

    /** Called about ten times a second. */
    void tick(long nowNanos) {
        if (over) {
            return;
        }
        Timeouts timeouts = loop.settings().timeouts();
        long quiet = nowNanos - progressNanos;
        long whole = timeouts.request().toNanos();
        UpstreamConnection connection = upstream;
        if (whole > 0 && nowNanos - startNanos > whole) {
            giveUp(Refusal.REQUEST_DEADLINE);
        } else if (connection == null) {
            if (waits && connecting == null && quiet > timeouts.waiting().toNanos()) {
                giveUp(Refusal.OVERLOADED);
            }
        } else if (started) {
            if (quiet > timeouts.responseBody().toNanos()) {
                giveUp(Refusal.RESPONSE_TIMEOUT);
            }
        } else if (!requestIsSent() && connection.writable()) {
            if (quiet > timeouts.requestBody().toNanos()) {
                giveUp(Refusal.REQUEST_TIMEOUT);
            }
        } else if (quiet > timeouts.responseHead().toNanos()) {
            giveUp(Refusal.RESPONSE_TIMEOUT);
        }
    }
}
