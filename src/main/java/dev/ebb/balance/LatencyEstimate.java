package dev.ebb.balance;

/**
 * What one event loop expects an endpoint to cost: its time to the head of an answer as a peak EWMA
 * (Finagle: jumps up at once, comes down over ten seconds), and its share of failures.
 *
 * <ul>
 *   <li>An estimate decays towards the pool's median, not towards zero: with zero, an endpoint that
 *       comes back after a pause would win every comparison until its first answer.
 *   <li>An endpoint without an answer counts with the pool's median for the same reason.
 *   <li>Requests that still wait for an answer count with their mean age, so a frozen endpoint
 *       grows dear although it reports nothing.
 *   <li>A share f of failures adds f / (1 - f) penalties, the expected cost of the tries until one
 *       succeeds. A fast failure is thus never cheap, and one failure in a thousand hardly shows.
 * </ul>
 *
 * Single-threaded; times in nanoseconds.
 */
final class LatencyEstimate {
    static final double DECAY_NANOS = 10e9;

    /** What one failed try costs at least; ten medians if that is more. */
    static final double LEAST_PENALTY_NANOS = 1e9;

    static final double PENALTY_MEDIANS = 10;

    /** Assumed while nobody in the pool has answered yet; the same for all, so its size is moot. */
    static final double DEFAULT_NANOS = 10e6;

    // One outcome moves the share by a 32nd at least (a burst counts) and a quarter at most.
    private static final double LEAST_STEP = 1.0 / 32;
    private static final double MOST_STEP = 0.25;

    /** A share of failures counts as this at most: finite, and far beyond everything else. */
    static final double MOST_FAILURES = 0.999;

    private boolean any;
    private double ewma;
    private long lastNanos;
    private double failures;
    private long failuresNanos;
    private int waiting;
    private long waitingStarts;

    void waits(long startNanos) {
        waiting++;
        waitingStarts += startNanos;
    }

    void waitsNoMore(long startNanos) {
        waiting--;
        waitingStarts -= startNanos;
    }

    /** An answer's head came this long after the pick. */
    void answered(long latencyNanos, double medianNanos, long nowNanos) {
        if (!any) {
            any = true;
            ewma = latencyNanos;
        } else {
            double current = decayed(medianNanos, nowNanos);
            double kept = decay(nowNanos - lastNanos);
            ewma = latencyNanos > current ? latencyNanos : latencyNanos * (1 - kept) + ewma * kept;
        }
        lastNanos = nowNanos;
    }

    /** Without an answer after this long: the estimate is at least that. */
    void unanswered(long latencyNanos, double medianNanos, long nowNanos) {
        if (latencyNanos > decayed(medianNanos, nowNanos)) {
            answered(latencyNanos, medianNanos, nowNanos);
        }
    }

    void outcome(boolean repels, long nowNanos) {
        double step = 1 - decay(nowNanos - failuresNanos);
        step = Math.max(LEAST_STEP, Math.min(MOST_STEP, step));
        failures = failures * (1 - step) + (repels ? step : 0);
        failuresNanos = nowNanos;
    }

    /** It is back after a fault: what was learnt during the fault holds no longer. */
    void forget() {
        any = false;
        failures = 0;
    }

    boolean known() {
        return any;
    }

    /** Share of failures, 0 to 1, that fades while nothing happens. */
    double failureShare(long nowNanos) {
        return failures == 0 ? 0 : failures * decay(nowNanos - failuresNanos);
    }

    /** Expected latency, nanoseconds, without failures. */
    double latencyNanos(double medianNanos, long nowNanos) {
        double latency = any ? decayed(medianNanos, nowNanos) : medianNanos;
        if (waiting > 0) {
            // Wrapping is harmless: the difference is the true sum of the ages.
            long ages = waiting * nowNanos - waitingStarts;
            return Math.max(latency, (double) ages / waiting);
        }
        return latency;
    }

    /** Expected time until an answer that is no failure, with nothing else in flight. */
    double costNanos(double medianNanos, long nowNanos) {
        double latency = latencyNanos(medianNanos, nowNanos);
        double share = failureShare(nowNanos);
        if (share < 1e-6) {
            return latency;
        }
        double penalty = Math.max(LEAST_PENALTY_NANOS, PENALTY_MEDIANS * medianNanos);
        double capped = Math.min(MOST_FAILURES, share);
        return latency + capped / (1 - capped) * penalty;
    }

    private double decayed(double medianNanos, long nowNanos) {
        return medianNanos + (ewma - medianNanos) * decay(nowNanos - lastNanos);
    }

    private static double decay(long passedNanos) {
        if (passedNanos <= 0) {
            return 1;
        }
        double x = passedNanos / DECAY_NANOS;
        // Under load the times are short, and three terms of the series are exact to a millionth.
        return x < 0.01 ? 1 - x * (1 - x / 2) : Math.exp(-x);
    }
}
