package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Outcome;
import dev.ebb.balance.Pick;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.Tried;
import io.netty.buffer.ByteBuf;
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
    private static final int REFUSED_MAX = 16;

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

    private final Sendable request;
    private long requestBytes;

    private Tried tried = Tried.NONE;
    private int attempts;

    /** Attempts that ended at once because nobody listens there; they use up no tries. */
    private int refused;

    private @Nullable Candidate candidate;
    private @Nullable UpstreamPool pool;
    private @Nullable UpstreamConnection connecting;
    private @Nullable UpstreamConnection upstream;
    private boolean waits;
    private boolean answered;
    private boolean stream;
    private long pickNanos;

    private final Answer answer;
    private boolean over;
    private long progressNanos;

    Exchange(
            ClientConnection client,
            LoopService service,
            RequestHead asked,
            BodyScanner requestBody,
            ByteBuf head,
            long nowNanos) {
        this.client = client;
        this.loop = service.loop;
        this.service = service;
        this.requestBody = requestBody;
        this.request = new Sendable(head);
        isHead = asked.isHead;
        http10 = asked.http10;
        answer = new Answer(client, loop, asked.http10);
        keepAlive = asked.keepAlive;
        expectContinue = asked.expectContinue;
        RetryPolicy retry = service.service.balance().retry();
        repeatable = retry.enabled() && asked.idempotent;
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
                boolean careful = !repeatable || !triesAreLeft();
                UpstreamPool from = service.pool(picked.candidate());
                pool = from;
                from.acquire(this, attempts > 1, careful);
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
        if (mayBeSentAgain()) {
            request.writeTo(connection);
        } else {
            request.moveTo(connection);
        }
        connection.flush();
        client.process();
    }

    private boolean mayBeSentAgain() {
        return repeatable && request.complete() && triesAreLeft();
    }

    private boolean triesAreLeft() {
        return attempts - refused < retryPolicy().maxAttempts();
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
        if (answer.begun()) {
            truncated(Outcome.CUT, now);
            return;
        }
        Refusal refusal = garbage ? Refusal.BAD_RESPONSE : Refusal.UPSTREAM_CLOSED;
        retryOrRefuse(refusal, Outcome.CUT, !garbage && mayBeSentAgain(), false, now);
    }

    /**
     * Checks say that this instance does not answer any more. What waits for its answer and may be
     * sent again does not wait for the timeout.
     */
    void silent(Candidate ejected) {
        UpstreamConnection connection = upstream;
        if (candidate != ejected || connection == null || answer.begun() || !mayBeSentAgain()) {
            return;
        }
        connection.abandon();
        upstream = null;
        retryOrRefuse(Refusal.RESPONSE_TIMEOUT, Outcome.TIMEOUT, true, false, System.nanoTime());
    }

    private void retryOrRefuse(
            Refusal why, Outcome outcome, boolean allowed, boolean exempt, long nowNanos) {
        Candidate failed = candidate();
        boolean byScaling = service.scalingIsDue(failed);
        finishAttempt(outcome, nowNanos);
        // With several instances gone at once, one that lives is found, however few the tries.
        refused += exempt && refused < REFUSED_MAX && !tried.contains(failed) ? 1 : 0;
        boolean again =
                allowed
                        && retryPolicy().enabled()
                        && triesAreLeft()
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
                ? request.bytes() < loop.settings().limits().replayBytes()
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
            request.add(part);
            return;
        }
        if (mayBeSentAgain()) {
            if (request.bytes() + size <= loop.settings().limits().replayBytes()) {
                request.add(part.retainedDuplicate());
            } else {
                request.drop();
            }
        }
        connection.write(part);
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
        int readable = rest.readableBytes();
        boolean mayKeep =
                keepAlive && !loop.isClosing() && (requestIsSent() || response.status < 400);
        int taken = answer.begin(response, connection.body(), rest, mayKeep);
        if (taken == Answer.BAD) {
            return false;
        }
        answered = true;
        service.balancer.answered(candidate(), Outcome.ofStatus(response.status), pickNanos, now);
        if (response.stream) {
            stream = true;
            service.balancer.streamOpened(candidate());
        }
        request.drop();
        passed(connection, taken, now);
        return taken < readable;
    }

    /** More of the answer's body; owns it, and says whether there are bytes behind its end. */
    boolean responseBody(UpstreamConnection connection, ByteBuf bytes) {
        int readable = bytes.readableBytes();
        int taken = answer.pass(connection.body(), bytes);
        if (taken == Answer.BAD) {
            return false;
        }
        passed(connection, taken, System.nanoTime());
        return taken < readable;
    }

    private void passed(UpstreamConnection connection, int bytes, long nowNanos) {
        progressNanos = nowNanos;
        service.counters.add(Counters.BYTES_OUT, bytes);
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
        finishAttempt(Outcome.ofStatus(answer.status()), now);
        service.counters.answered(answer.status(), now - startNanos);
        over = true;
        client.flush();
        if (reusable != null) {
            reusable.release(now);
        }
        client.exchangeEnded(answer.keep(), requestIsSent());
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
        client.abort(answer.endsWithClose());
    }

    /** Ends without an answer of the instance: the gateway's own goes to the client. */
    private void refuse(Refusal refusal) {
        request.drop();
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
        if (answer.begun()) {
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
        UpstreamPool from = pool;
        if (waits && from != null) {
            waits = false;
            from.cancel(this);
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
        request.drop();
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
        } else if (answer.begun()) {
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
