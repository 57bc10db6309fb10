package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Outcome;
import dev.ebb.balance.Pick;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: pick, connect, send, receive, and again elsewhere where that is
 * allowed. Ends exactly once, as {@link Downstream} says. Knows nothing of the protocols on its two
 * sides. One event loop.
 *
 * <p>What may be sent again: a request of which nothing was sent, whatever its method; and an
 * idempotent one (RFC 9110 9.2.2) whose connection broke before the answer's head, while all that
 * was sent of its body is still here. Never after a byte of the final answer went to the client.
 */
final class Exchange {
    private final Downstream client;
    private final GatewayLoop loop;
    private final LoopService service;
    private final RequestSide request;
    private final boolean isHead;
    private final boolean http10;
    private final boolean upgrade;
    private final Tries tries;
    private boolean expectContinue;
    private final long startNanos;

    private @Nullable Candidate candidate;
    private @Nullable UpstreamPool pool;
    private @Nullable Pending connecting;
    private @Nullable Upstream upstream;
    private boolean waits;
    private boolean answered;
    private boolean stream;
    private boolean tunnel;
    private long pickNanos;

    private int status;
    private boolean begun;
    private boolean over;
    private long progressNanos;

    /**
     * @param asked is read here only
     * @param body where the request's body is
     * @param head what goes to the instance, in HTTP/1.1's form; owned from here on
     */
    Exchange(
            Downstream client,
            LoopService service,
            RequestHead asked,
            BodyScanner body,
            ByteBuf head,
            long nowNanos) {
        this.client = client;
        this.loop = service.loop;
        this.service = service;
        request =
                new RequestSide(
                        head,
                        body,
                        asked.chunked,
                        true,
                        loop.settings().limits().replayBytes(),
                        loop.allocator());
        isHead = asked.isHead;
        http10 = asked.http10;
        upgrade = asked.upgrade;
        expectContinue = asked.expectContinue;
        tries = new Tries(service, asked.idempotent);
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
        switch (service.balancer.pick(tries.tried(), nowNanos, loop.random())) {
            case Pick.None none -> refuse(Refusal.NO_INSTANCE);
            case Pick.Picked picked -> {
                tries.begin();
                candidate = picked.candidate();
                pickNanos = nowNanos;
                progressNanos = nowNanos;
                answered = false;
                waits = true;
                UpstreamPool from = service.pool(picked.candidate());
                pool = from;
                from.acquire(this, !tries.first(), !tries.repeatable());
            }
        }
    }

    /** The pool opens a connection for this exchange. */
    void connecting(Pending connection) {
        connecting = connection;
    }

    /** Here is a connection; everything that there is of the request goes out. */
    void connected(Upstream connection) {
        connecting = null;
        waits = false;
        upstream = connection;
        progressNanos = System.nanoTime();
        request.sendTo(connection, mayBeSentAgain());
        client.resume();
    }

    private boolean mayBeSentAgain() {
        return request.kept() && tries.repeatable();
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
    void broken(Break why) {
        upstream = null;
        long now = System.nanoTime();
        if (begun) {
            truncated(Outcome.CUT, now);
            return;
        }
        switch (why) {
            case BAD_RESPONSE ->
                    retryOrRefuse(Refusal.BAD_RESPONSE, Outcome.CUT, false, false, now);
            // Whatever the method: nothing was done for it.
            case NOT_PROCESSED ->
                    retryOrRefuse(
                            Refusal.UPSTREAM_CLOSED, Outcome.CANCELLED, request.kept(), false, now);
            case CLOSED, RESET ->
                    retryOrRefuse(
                            Refusal.UPSTREAM_CLOSED, Outcome.CUT, mayBeSentAgain(), false, now);
        }
    }

    /**
     * Checks say that this instance does not answer any more. What waits for its answer and may be
     * sent again does not wait for the timeout.
     */
    void silent(Candidate ejected) {
        Upstream connection = upstream;
        if (candidate != ejected || connection == null || begun || !mayBeSentAgain()) {
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
        if (!tries.again(failed, allowed, exempt, nowNanos)) {
            if (byScaling) {
                service.endpoint(failed).lostByScaling();
            }
            refuse(tries.first() ? why : Refusal.RETRY_EXHAUSTED);
            return;
        }
        service.counters.count(Counters.RETRIED);
        if (byScaling) {
            service.counters.count(Counters.RETRIED_BY_SCALING);
            service.endpoint(failed).retriedByScaling();
        }
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

    boolean requestIsComplete() {
        return request.complete();
    }

    /** Whether bytes of the request's body are wanted now. */
    boolean wantsBody() {
        return !over && request.wantsMore(upstream);
    }

    /** Takes its part of what the client has sent, from the reader index on. */
    void requestBody(ByteBuf in) {
        int taken = request.accept(in, upstream, mayBeSentAgain());
        if (taken == Downstream.BAD) {
            giveUp(Refusal.BAD_CHUNK);
            return;
        }
        progressNanos = System.nanoTime();
        service.counters.add(Counters.BYTES_IN, taken);
        long most = loop.settings().limits().requestBodyBytes();
        if (most > 0 && request.bytes() > most && !tunnel) {
            giveUp(Refusal.BODY_TOO_LARGE);
        }
    }

    /** The client's protocol says that the body is complete; the scanner knows already. */
    void requestFinished() {
        if (!over) {
            progressNanos = System.nanoTime();
            request.finished(upstream, mayBeSentAgain());
            flushUpstream();
        }
    }

    void flushUpstream() {
        Upstream connection = upstream;
        if (connection != null) {
            connection.flush();
        }
    }

    /** The connection to the instance takes bytes again. */
    void upstreamWritable() {
        progressNanos = System.nanoTime();
        client.resume();
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
        client.interim(response);
    }

    /** Whether the client asked to leave HTTP for another protocol, and the instance may agree. */
    boolean wantsUpgrade() {
        return upgrade && !begun;
    }

    /** The instance agrees to another protocol: from now on bytes pass both ways as they are. */
    boolean switched(ResponseHead response, Upstream connection, ByteBuf rest) {
        tunnel = true;
        request.tunnel();
        connection.body().untilClose();
        boolean more = responseHead(response, connection, rest);
        client.resume();
        return more;
    }

    /**
     * The answer's head, and as many bytes of its body as came along; owns them.
     *
     * @return whether there are bytes behind the body's end
     */
    boolean responseHead(ResponseHead response, Upstream connection, ByteBuf rest) {
        long now = System.nanoTime();
        int readable = rest.readableBytes();
        status = response.status;
        int taken = client.begin(response, connection.body(), rest, request.complete());
        if (taken == Downstream.BAD) {
            return false;
        }
        begun = true;
        answered = true;
        service.balancer.answered(candidate(), Outcome.ofStatus(status), pickNanos, now);
        if (response.stream || tunnel) {
            stream = true;
            service.balancer.streamOpened(candidate());
        }
        request.drop();
        passed(connection, taken, now);
        return taken < readable;
    }

    /** More of the answer's body; owns it, and says whether there are bytes behind its end. */
    boolean responseBody(Upstream connection, ByteBuf bytes) {
        int readable = bytes.readableBytes();
        int taken = client.pass(connection.body(), bytes);
        if (taken == Downstream.BAD) {
            return false;
        }
        passed(connection, taken, System.nanoTime());
        return taken < readable;
    }

    private void passed(Upstream connection, int bytes, long nowNanos) {
        progressNanos = nowNanos;
        service.counters.add(Counters.BYTES_OUT, bytes);
        if (!client.writable()) {
            connection.read(false);
        }
    }

    /** The client takes bytes again. */
    void clientWritable() {
        progressNanos = System.nanoTime();
        Upstream connection = upstream;
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
     * @param body the answer's
     * @param reusable the connection, if it may serve again
     */
    void responseEnded(BodyScanner body, @Nullable Upstream reusable) {
        long now = System.nanoTime();
        upstream = null;
        finishAttempt(Outcome.ofStatus(status), now);
        service.counters.answered(status, now - startNanos);
        over = true;
        // Before the connection is released, which may begin to serve another exchange.
        boolean complete = request.complete();
        client.finish(body);
        if (reusable != null) {
            reusable.release(now);
        }
        client.ended(complete);
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
        client.cut();
    }

    /** Ends without an answer of the instance: the gateway's own goes to the client. */
    private void refuse(Refusal refusal) {
        request.drop();
        over = true;
        service.counters.refused(refusal);
        client.refused(refusal, request.complete());
    }

    /** The client's fault, or time's: lets go of the instance and answers, if that is possible. */
    private void giveUp(Refusal refusal) {
        long now = System.nanoTime();
        Upstream current = upstream;
        boolean clientStalls = current != null && !current.isReading();
        boolean timeout =
                !clientStalls
                        && (refusal == Refusal.RESPONSE_TIMEOUT
                                || refusal == Refusal.REQUEST_DEADLINE);
        letGo();
        if (begun) {
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
        Upstream connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.abandon();
        }
        UpstreamPool from = pool;
        if (waits && from != null) {
            waits = false;
            from.cancel(this);
            Pending pending = connecting;
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
        long now = System.nanoTime();
        if (candidate != null) {
            finishAttempt(tunnel ? Outcome.OK : Outcome.CANCELLED, now);
        }
        if (tunnel) {
            // Either side may end it.
            service.counters.answered(status, now - startNanos);
        } else {
            service.counters.count(Counters.CANCELLED);
        }
    }

    /** Called about ten times a second. */
    void tick(long nowNanos) {
        if (over) {
            return;
        }
        Timeouts timeouts = loop.settings().timeouts();
        long quiet = nowNanos - progressNanos;
        long whole = timeouts.request().toNanos();
        Upstream connection = upstream;
        if (tunnel) {
            if (quiet > timeouts.tunnel().toNanos()) {
                giveUp(Refusal.RESPONSE_TIMEOUT);
            }
        } else if (whole > 0 && nowNanos - startNanos > whole) {
            giveUp(Refusal.REQUEST_DEADLINE);
        } else if (connection == null) {
            if (waits && connecting == null && quiet > timeouts.waiting().toNanos()) {
                giveUp(Refusal.OVERLOADED);
            }
        } else if (begun) {
            if (quiet > timeouts.responseBody().toNanos()) {
                giveUp(Refusal.RESPONSE_TIMEOUT);
            }
        } else if (!request.complete() && connection.writable()) {
            if (quiet > timeouts.requestBody().toNanos()) {
                giveUp(Refusal.REQUEST_TIMEOUT);
            }
        } else if (quiet > timeouts.responseHead().toNanos()) {
            giveUp(Refusal.RESPONSE_TIMEOUT);
        }
    }
}
