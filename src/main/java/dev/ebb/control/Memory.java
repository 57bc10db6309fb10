package dev.ebb.control;

import dev.ebb.core.Now;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceState;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Writes down from time to time what the decider remembers of a service, so that a replay can begin
 * there. Control thread only.
 */
final class Memory {
    /** A replay that cannot begin before is that much shorter; each takes some KB per instance. */
    private static final Duration EVERY = Duration.ofMinutes(5);

    private final Policy policy;
    private final Recorder recorder;
    private boolean stale = true;
    private long losses;
    private long notedNanos;

    Memory(Policy policy, Recorder recorder) {
        this.policy = policy;
        this.recorder = recorder;
        this.losses = recorder.losses();
    }

    /** What was written down last and what is on record since do not make up the state any more. */
    void isStale() {
        stale = true;
    }

    /** Before a tick's observation; returns whether it was time. */
    boolean note(ServiceState state, long tick, OptionalLong before, Now now) {
        boolean whole = losses == recorder.losses();
        boolean due = stale || !whole || now.isPast(notedNanos, EVERY);
        if (!due || recorder.isDown()) {
            return false;
        }
        recorder.note(
                new JournalEntry.Remembered(now.wallMillis(), tick, whole, before, policy, state));
        if (recorder.isDown()) {
            return false;
        }
        stale = false;
        losses = recorder.losses();
        notedNanos = now.monotonicNanos();
        return true;
    }
}
