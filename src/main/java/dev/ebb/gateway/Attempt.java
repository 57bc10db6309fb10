package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Outcome;

/**
 * One attempt of an exchange at one instance: tells the balancer what comes of it, each thing once,
 * and the ledger what scaling had to do with it. One event loop.
 */
final class Attempt {
    private final LoopService service;
    private final Candidate candidate;
    private final long pickNanos;
    private boolean answered;
    private boolean stream;

    Attempt(LoopService service, Candidate candidate, long pickNanos) {
        this.service = service;
        this.candidate = candidate;
        this.pickNanos = pickNanos;
    }

    Candidate candidate() {
        return candidate;
    }

    /** The head of an answer has come. */
    void answered(int status, long nowNanos) {
        answered = true;
        service.balancer.answered(candidate, Outcome.ofStatus(status), pickNanos, nowNanos);
    }

    /** The answer is a long stream. */
    void streamOpened() {
        stream = true;
        service.balancer.streamOpened(candidate);
    }

    /** Nothing of it is on its way any more. */
    void finished(Outcome outcome, long nowNanos) {
        if (stream) {
            service.balancer.streamFinished(candidate, outcome, pickNanos, nowNanos);
        } else {
            service.balancer.finished(candidate, outcome, answered, pickNanos, nowNanos);
        }
    }

    /** Whether what befalls it now is due to the instance's removal. */
    boolean byScaling() {
        return service.scalingIsDue(candidate);
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
