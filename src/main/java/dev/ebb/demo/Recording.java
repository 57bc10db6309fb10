package dev.ebb.demo;

import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Puts the demo's ears on two of Ebb's ports; what passes through is not changed. */
final class Recording {
    private Recording() {}

    /** The journal, read along as it is written. */
    static Journal journal(Journal inner, Chronicle chronicle, DemoClock clock) {
        return new Journal() {
            @Override
            public Appended append(JournalEntry entry, Durability durability) {
                if (entry instanceof JournalEntry.Intended) {
                    clock.begin();
                }
                Appended appended = inner.append(entry, durability);
                chronicle.see(entry);
                return appended;
            }

            @Override
            public boolean wantsCheckpoint() {
                return inner.wantsCheckpoint();
            }

            @Override
            public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
                return inner.beginSegment(checkpoint);
            }

            @Override
            public List<JournalEntry> recover() {
                return inner.recover();
            }
        };
    }

    /** The platform, with each instance's lifetime noted. */
    static Platform platform(Platform inner, Lifetimes lifetimes, DemoClock clock) {
        return new Platform() {
            @Override
            public Planned plan(InstanceId id, Now now) {
                return inner.plan(id, now);
            }

            @Override
            public Started start(LaunchIntent intent) {
                Duration at = clock.elapsed();
                Started started = inner.start(intent);
                if (started instanceof Started.Running) {
                    lifetimes.started(intent.id(), at);
                }
                return started;
            }

            @Override
            public void stop(InstanceId id, Duration grace) {
                inner.stop(id, grace);
            }

            @Override
            public Map<InstanceId, Liveness> look() {
                Map<InstanceId, Liveness> seen = inner.look();
                seen.forEach((id, liveness) -> {
                    if (liveness instanceof Liveness.Exited
                            || liveness instanceof Liveness.NotStarted) {
                        lifetimes.exited(id);
                    }
                });
                return seen;
            }

            @Override
            public Map<InstanceId, String> adopt(Collection<Known> known) {
                return inner.adopt(known);
            }

            @Override
            public void forget(InstanceId id) {
                lifetimes.exited(id);
                inner.forget(id);
            }
        };
    }
}
