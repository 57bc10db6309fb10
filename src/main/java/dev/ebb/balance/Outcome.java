package dev.ebb.balance;

/**
 * How one attempt at one instance ended, as far as the instance is concerned. An attempt that is
 * retried elsewhere has an outcome of its own. Each outcome knows three things that differ: whether
 * the request failed (the statistics), whether it speaks for an ejection, and whether it makes the
 * instance less attractive.
 */
public enum Outcome {
    /** A complete answer that is the instance's own business, 4xx included. */
    OK(false, false, false, false),
    /** 429: well, but full. Costs like a failure when picking, so that it attracts nothing. */
    THROTTLED(false, false, false, true),
    /** 5xx other than a gateway's: failed, yet often the request's fault; counts in the rate. */
    SERVER_ERROR(true, false, false, true),
    /** 502, 503 or 504. */
    GATEWAY_ERROR(true, true, false, true),
    /** The connection ended, or the answer was garbage, before the answer was complete. */
    CUT(true, true, false, true),
    /** No answer in time. */
    TIMEOUT(true, true, false, true),
    /**
     * No answer within a time that its client or its route has set for it: failed, but how long an
     * instance may take is not said by that. Counts for an ejection only with {@link
     * EjectionPolicy#deadlines}.
     */
    DEADLINE(true, false, false, true),
    /** The connection was refused: certain knowledge that nobody listens. */
    REFUSED(true, false, true, true),
    /** The connection did not come about in time, or there was no way to the host. */
    CONNECT_FAILED(true, false, true, true),
    /** The client went away, or the gateway gave up for its own reasons. Says nothing. */
    CANCELLED(false, false, false, false);

    private final boolean failure;
    private final boolean brokenAnswer;
    private final boolean connectError;
    private final boolean repels;

    Outcome(boolean failure, boolean brokenAnswer, boolean connectError, boolean repels) {
        this.failure = failure;
        this.brokenAnswer = brokenAnswer;
        this.connectError = connectError;
        this.repels = repels;
    }

    /** The outcome of a complete answer with this status. */
    public static Outcome ofStatus(int status) {
        if (status < 500) {
            return status == 429 ? THROTTLED : OK;
        }
        return switch (status) {
            case 502, 503, 504 -> GATEWAY_ERROR;
            default -> SERVER_ERROR;
        };
    }

    /** Whether the request counts as failed. */
    public boolean failure() {
        return failure;
    }

    /** Whether it counts for {@link EjectionPolicy#consecutiveFailures}. */
    public boolean brokenAnswer() {
        return brokenAnswer;
    }

    /** Whether it counts for {@link EjectionPolicy#consecutiveConnectErrors}. */
    public boolean connectError() {
        return connectError;
    }

    /** Whether a strategy that looks at latency counts it as slow. */
    public boolean repels() {
        return repels;
    }
}
