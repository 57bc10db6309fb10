package dev.ebb.demo;

import dev.ebb.core.InstanceId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * From when to when each instance ran: from just before its spawn until its exit was seen, which is
 * a little after it. So the time used is never made smaller than it was. Safe for use by several
 * threads.
 */
final class Lifetimes {
    private final Supplier<Duration> clock;
    private final Map<InstanceId, Duration> running = new HashMap<>();
    private Duration ended = Duration.ZERO;
    private int least = Integer.MAX_VALUE;
    private int most;
    private boolean closed;

    Lifetimes(Supplier<Duration> clock) {
        this.clock = clock;
    }

    /**
     * @param at when its spawn began
     */
    synchronized void started(InstanceId id, Duration at) {
        running.putIfAbsent(id, at);
        most = Math.max(most, running.size());
    }

    synchronized void exited(InstanceId id) {
        Duration since = running.remove(id);
        if (since != null) {
            ended = ended.plus(clock.get().minus(since));
            least = closed ? least : Math.min(least, running.size());
        }
    }

    /** From now on, {@link #least} counts; before, the instances were only coming. */
    synchronized void allStarted() {
        least = running.size();
    }

    /** From now on they are only being stopped, because the demo is over. */
    synchronized void close() {
        closed = true;
    }

    synchronized Duration used() {
        Duration now = clock.get();
        Duration used = ended;
        for (Duration since : running.values()) {
            used = used.plus(now.minus(since));
        }
        return used;
    }

    synchronized int running() {
        return running.size();
    }

    synchronized int least() {
        return Math.min(least, most);
    }

    synchronized int most() {
        return most;
    }
}
