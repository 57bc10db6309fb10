package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Outcome;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of an {@link Exchange} at one instance: its way there, from the wait for a connection
 * to the end. The pool and the connection talk to it, and it to the exchange, which may have two at
 * once. Tells the balancer what comes of it, each thing once, and the ledger what scaling had to do
 * with it. One event loop.
 */
final class Attempt {
    private final Exchange exchange;
    private final LoopService service;
    private final Candidate candidate;
    private final InstancePool pool;
    private final long pickNanos;
    private final boolean wasActive;
    private @Nullable Pending connecting;
    private @Nullable Upstream upstream;
    private boolean waits = true;
    private boolean answered;
    private boolean stream;
    private @Nullable Outcome discarded;

    /**
     * @param candidate was picked just now, and counts as in flight
     */
    Attempt(Exchange exchange, LoopService service, Candidate candidate, long pickNanos) {
        this.exchange = exchange;
        this.service = service;
        this.candidate = candidate;
        this.pickNanos = pickNanos;
        wasActive = candidate.isActive();
        pool = service.pool(candidate);
    }

    /**
     * Asks for a connection; the answer may come at once.
     *
     * @param fresh a new one only, because a pooled one has just proved to be dead
     * @param careful look for a close by the instance first: the request cannot be sent again
     */
    void start(boolean fresh, boolean careful) {
        pool.acquire(this, fresh, careful);
    }

    Candidate candidate() {
        return candidate;
    }

    /** When its instance was picked. */
    long pickNanos() {
        return pickNanos;
    }

    /** The connection, if there is one. */
    @Nullable Upstream upstream() {
        return upstream;
    }

    /** Whether it waits for one of the instance's connections to be free. */
    boolean isQueued() {
        return waits && connecting == null;
    }

    /** Lets go of the connection, or of the wait for one. */
    void letGo() {
        Upstream connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.abandon();
        }
        if (waits) {
            waits = false;
            pool.cancel(this);
            Pending pending = connecting;
            connecting = null;
            if (pending != null) {
                pending.notNeeded();
            }
        }
    }

    // ---- The pool's and the connection's side

    /** The pool opens a connection for it. */
    void connecting(Pending connection) {
        connecting = connection;
    }

    void connected(Upstream connection) {
        connecting = null;
        waits = false;
        upstream = connection;
        exchange.connected(this, connection);
    }

    /** There is no connection to the instance to be had. Nothing of the request was sent. */
    void noConnection(Refusal why) {
        connecting = null;
        waits = false;
        exchange.noConnection(this, why);
    }

    /** The connection ended, or its answer made no sense, before the answer was complete. */
    void broken(Break why) {
        upstream = null;
        exchange.broken(this, why);
    }

    /** The connection takes bytes again. */
    void upstreamWritable() {
        exchange.upstreamWritable();
    }

    boolean isHead() {
        return exchange.isHead();
    }

    boolean requestIsComplete() {
        return exchange.requestIsComplete();
    }

    /** What comes behind the answer's body: what of it is for the client. */
    @Nullable Trailers heard(Trailers behind) {
        return service.heard(candidate, behind, System.nanoTime());
    }

    /** An answer before the answer: 100, 102, 103. */
    void interim(ResponseHead response) {
        exchange.interim(this, response);
    }

    /** Whether the client asked to leave HTTP for another protocol, and the instance may agree. */
    boolean wantsUpgrade() {
        return exchange.wantsUpgrade();
    }

    /** The instance agrees to another protocol: from now on bytes pass both ways as they are. */
    boolean switched(ResponseHead response, Upstream connection, ByteBuf rest) {
        return exchange.switched(this, response, connection, rest);
    }

    /**
     * The answer's head, and as many bytes of its body as came along; owns them.
     *
     * @return whether there are bytes behind the body's end
     */
    boolean responseHead(ResponseHead response, Upstream connection, ByteBuf rest) {
        return exchange.responseHead(this, response, connection, rest);
    }

    /** More of the answer's body; owns it, and says whether there are bytes behind its end. */
    boolean responseBody(Upstream connection, ByteBuf bytes) {
        return exchange.responseBody(connection, bytes);
    }

    void flushClient() {
        exchange.flushClient();
    }

    /**
     * The answer is complete.
     *
     * @param body the answer's
     * @param reusable the connection, if it may serve again
     */
    void responseEnded(BodyScanner body, @Nullable Upstream reusable) {
        upstream = null;
        Outcome failed = discarded;
        if (failed != null) {
            exchange.discarded(this, failed, reusable);
        } else {
            exchange.responseEnded(body, reusable);
        }
    }

    // ---- The exchange's side

    /** The head of an answer has come. */
    void answered(Outcome soFar, long nowNanos) {
        answered = true;
        service.balancer.answered(candidate, soFar, pickNanos, nowNanos);
    }

    /** The answer is not passed on; this is what it says of the instance. */
    void discard(Outcome outcome) {
        discarded = outcome;
    }

    /** The answer is a long stream. */
    void streamOpened() {
        stream = true;
        service.balancer.streamOpened(candidate);
        service.roomMade();
    }

    /** Nothing of it is on its way any more. */
    void finished(Outcome outcome, long nowNanos) {
        if (stream) {
            service.balancer.streamFinished(candidate, outcome, pickNanos, nowNanos);
        } else {
            service.balancer.finished(candidate, outcome, answered, pickNanos, nowNanos);
        }
        service.roomMade();
    }

    /** Whether what befalls it now is due to the instance's removal. */
    boolean byScaling() {
        return service.scalingIsDue(candidate, wasActive);
    }

    /** Whether the instance is being stopped: what it closes now did not end of itself. */
    boolean instanceIsStopped() {
        return byScaling() && service.hasLeft(candidate);
    }

    /** Puts it on the ledger: scaling is to blame that its request got no answer. */
    void lostByScaling() {
        service.endpoint(candidate).lostByScaling();
    }

    /** Puts it on the ledger: scaling is to blame that its answer broke off. */
    void cutByScaling() {
        service.endpoint(candidate).cutByScaling();
    }

    /** Puts it on the ledger: its request goes elsewhere because scaling ended this. */
    void retriedByScaling() {
        service.counters.count(Counters.RETRIED_BY_SCALING);
        service.endpoint(candidate).retriedByScaling();
    }
}
