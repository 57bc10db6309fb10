package dev.ebb.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * When instances failed young, to tell a crash loop from bad luck. Failures within a second of each
 * other count once: a host that loses five at a time has no loop. Immutable, bounded.
 *
 * @param momentsNanos monotonic times, oldest first
 */
public record Failures(List<Long> momentsNanos) {
    private static final int KEPT_MAX = 32;

    public static final Failures NONE = new Failures(List.of());

    public Failures {
        momentsNanos = List.copyOf(momentsNanos);
    }

    public Failures plus(Now now) {
        if (!momentsNanos.isEmpty() && momentsNanos.getLast() == now.monotonicNanos()) {
            return this;
        }
        List<Long> next = new ArrayList<>(momentsNanos);
        next.add(now.monotonicNanos());
        return new Failures(next.subList(Math.max(0, next.size() - KEPT_MAX), next.size()));
    }

    /**
     * How many in a row; 0 once there was none for long. From one to the next it takes at most the
     * longest wait for a start, and the time within which the started one counts as young.
     */
    public int streak(Policy.Start policy, Now now) {
        Duration window = policy.crashWindow().plus(policy.backoffMax());
        int count = 0;
        long next = now.monotonicNanos();
        for (long at : momentsNanos.reversed()) {
            if (next - at >= window.toNanos()) {
                break;
            }
            count++;
            next = at;
        }
        return count;
    }

    /** How long the next start must still wait; zero for not at all. */
    public Duration nextStartIn(Policy.Start policy, Now now) {
        int count = streak(policy, now);
        if (count < 2) {
            return Duration.ZERO;
        }
        long doubled = policy.backoff().toNanos() << Math.min(20, count - 2);
        boolean loop = count > policy.crashLimit() || doubled < 0;
        long wait = loop ? Long.MAX_VALUE : doubled;
        wait = Math.min(wait, policy.backoffMax().toNanos());
        return Duration.ofNanos(Math.max(0, wait - now.nanosSince(momentsNanos.getLast())));
    }
}
