package dev.ebb.balance;

import java.time.Duration;

/**
 * How much of its share an endpoint gets after it came, or came back: from 10 % at once linearly to
 * all of it at the end of the ramp. Depends on this endpoint's age only, so that a young one sees
 * no surge when another is added (a defect of Envoy's, which rebuilds its schedule). What it is
 * used for are shares, which are relative: when all endpoints are equally young, all factors are
 * equal, and nobody waits for anything. Immutable.
 */
public record SlowStart(long windowNanos) {
    /** The share of a full share that an endpoint starts with. */
    public static final double LEAST = 0.1;

    public static SlowStart of(Duration window) {
        return new SlowStart(window.toNanos());
    }

    /** From {@link #LEAST} to 1; {@code fromNanos} may be {@link Endpoint#NO_RAMP}. */
    public double factor(long fromNanos, long nowNanos) {
        if (isOver(fromNanos, nowNanos)) {
            return 1;
        }
        double age = Math.max(0, nowNanos - fromNanos);
        return Math.max(LEAST, age / windowNanos);
    }

    /** Whether the endpoint gets all of its share. */
    public boolean isOver(long fromNanos, long nowNanos) {
        return fromNanos == Endpoint.NO_RAMP
                || windowNanos <= 0
                || nowNanos - fromNanos >= windowNanos;
    }
}
