package dev.ebb.balance;

import dev.ebb.core.Reason;

/**
 * That an endpoint was taken out of rotation because of live traffic. One loop finds out; it may be
 * handed to the other loops, which then do the same ({@link Balancer#follow}).
 *
 * @param untilNanos monotonic time from which it may come back
 * @param times how many in a row; determines the length
 * @param unreachable nobody listened: it is left out even in panic while others exist
 */
public record Ejection(
        Reason reason, long sinceNanos, long untilNanos, int times, boolean unreachable) {}
