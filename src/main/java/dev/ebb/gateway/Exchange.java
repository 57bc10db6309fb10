package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Outcome;
import dev.ebb.balance.Pick;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
    /** For the client of a WebSocket to answer the Close frame, and the instance after it. */
    private static final long CLOSE_WAIT_NANOS = 5_000_000_000L;

    private final Downstream client;
    private final GatewayLoop loop;
    private final LoopService service;
    private final RequestSide request;
    private final boolean isHead;
    private final boolean upgrade;
    private final Tries tries;
    private final long startNanos;

    private @Nullable Attempt attempt;
    private @Nullable UpstreamPool pool;
    private @Nullable Pending connecting;
    private @Nullable Upstream upstream;
    private boolean waits;
    private @Nullable LongStream stream;
    private boolean tunnel;

    private int status;
    private boolean begun;
    private boolean over;
    private long progressNanos;

    /**
     * @param asked is read here only
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
        request = new RequestSide(asked, head, body, true, loop);
        isHead = asked.isHead;
        upgrade = asked.upgrade;
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
            case Pick.Picked(Candidate picked) -> {
                tries.begin();
                attempt = new Attempt(service, picked, nowNanos);
                progressNanos = nowNanos;
                waits = true;
                UpstreamPool from = service.pool(picked);
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
        progressNanos = loop.now();
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
        switch (why) {
            case CONNECT_REFUSED -> retryOrRefuse(why, Outcome.REFUSED, true, true, now);
            case OVERLOADED -> retryOrRefuse(why, Outcome.CANCELLED, false, false, now);
            default -> retryOrRefuse(why, Outcome.CONNECT_FAILED, true, false, now);
        }
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
        if (!isWith(ejected) || connection == null || begun || !mayBeSentAgain()) {
            return;
        }
        connection.abandon();
        upstream = null;
        retryOrRefuse(Refusal.RESPONSE_TIMEOUT, Outcome.TIMEOUT, true, false, System.nanoTime());
    }

    private void retryOrRefuse(
            Refusal why, Outcome outcome, boolean allowed, boolean exempt, long nowNanos) {
        Attempt failed = current();
        boolean byScaling = failed.byScaling();
        finishAttempt(outcome, nowNanos);
        if (!tries.again(failed.candidate(), allowed, exempt, nowNanos)) {
            if (byScaling) {
                failed.lostByScaling();
            }
            refuse(tries.first() ? why : Refusal.RETRY_EXHAUSTED);
            return;
        }
        service.counters.count(Counters.RETRIED);
        if (byScaling) {
            failed.retriedByScaling();
        }
        attempt(nowNanos);
    }

    private Attempt current() {
        Attempt current = attempt;
        if (current == null) {
            throw new IllegalStateException("no attempt is going on");
        }
        return current;
    }

    private boolean isWith(Candidate candidate) {
        Attempt current = attempt;
        return current != null && current.candidate() == candidate;
    }

    private void finishAttempt(Outcome outcome, long nowNanos) {
        Attempt current = current();
        attempt = null;
        stream = null;
        current.finished(outcome, nowNanos);
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
        progressNanos = loop.now();
        service.counters.add(Counters.BYTES_IN, taken);
        long most = loop.settings().limits().requestBodyBytes();
        if (most > 0 && request.bytes() > most && !tunnel) {
            giveUp(Refusal.BODY_TOO_LARGE);
        }
    }

    /** The client's protocol says that the body is complete; the scanner knows already. */
    void requestFinished() {
        if (!over) {
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
        if (request.wantsInterim(response.status)) {
            progressNanos = System.nanoTime();
            client.interim(response);
        }
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
        long now = loop.now();
        int readable = rest.readableBytes();
        status = response.status;
        LongStream opened =
                response.stream || tunnel ? new LongStream(LongStream.kindOf(response)) : null;
        if (opened != null) {
            opened.first(rest);
            connection.body().watchEvents();
        }
        int taken = client.begin(response, connection.body(), rest, request.complete());
        if (taken == Downstream.BAD) {
            return false;
        }
        begun = true;
        current().answered(status, now);
        if (opened != null) {
            stream = opened;
            current().streamOpened();
        }
        request.drop();
        passed(connection, taken, now);
        return taken < readable;
    }

    /** More of the answer's body; owns it, and says whether there are bytes behind its end. */
    boolean responseBody(Upstream connection, ByteBuf bytes) {
        long now = loop.now();
        LongStream open = stream;
        ByteBuf part = open == null ? bytes : open.pass(bytes, loop.allocator(), now);
        int readable = part.readableBytes();
        int taken = client.pass(connection.body(), part);
        if (taken == Downstream.BAD) {
            return false;
        }
        passed(connection, taken, now);
        boolean more = taken < readable;
        if (open != null && open.mayEnd(connection.body())) {
            endStream(connection);
        }
        return more;
    }

    /** Asks the answer to end, if it is a long stream of that instance's, or of any for null. */
    void ask(@Nullable Candidate leaving, LongStream.Why why) {
        LongStream open = stream;
        Upstream connection = upstream;
        boolean meant = leaving == null || isWith(leaving);
        if (open == null || connection == null || !meant || open.asked()) {
            return;
        }
        open.ask(why);
        if (open.mayEnd(connection.body())) {
            endStream(connection);
        } else if (open.mayClose()) {
            responseBody(connection, Unpooled.EMPTY_BUFFER);
            client.flush();
        }
    }

    /** Ends the answer in good order, although the instance would have gone on. */
    private void endStream(Upstream connection) {
        connection.abandon();
        responseEnded(connection.body(), null);
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
        long now = loop.now();
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
        if (current().byScaling()) {
            current().cutByScaling();
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
        Attempt failed = attempt;
        if (failed != null) {
            if (timeout && failed.byScaling()) {
                failed.lostByScaling();
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
        if (attempt != null) {
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
        LongStream open = stream;
        Upstream connection = upstream;
        if (over) {
            return;
        }
        Timeouts timeouts = loop.settings().timeouts();
        long whole = timeouts.request().toNanos();
        if (open != null && connection != null && open.overdue(nowNanos, CLOSE_WAIT_NANOS)) {
            endStream(connection);
        } else if (!tunnel && whole > 0 && nowNanos - startNanos > whole) {
            giveUp(Refusal.REQUEST_DEADLINE);
        } else if (connection != null || (waits && connecting == null)) {
            // To connect has a timeout of its own.
            Phase phase = phase();
            if (phase.overdue(nowNanos - progressNanos, timeouts)) {
                giveUp(phase.refusal());
            }
        }
    }

    private Phase phase() {
        Upstream connection = upstream;
        if (connection == null) {
            return Phase.WAITING;
        }
        if (begun) {
            return tunnel ? Phase.TUNNEL : Phase.BODY;
        }
        return request.complete() || !connection.writable() ? Phase.HEAD : Phase.UPLOAD;
    }
}
