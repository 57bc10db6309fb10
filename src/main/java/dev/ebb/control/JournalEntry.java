package dev.ebb.control;

import dev.ebb.core.Explanation;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import dev.ebb.core.Observation;
import dev.ebb.core.Policy;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.ServiceState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** One line of the journal. What is durable in it is what a restart may rely on. */
public sealed interface JournalEntry {

    /** When, in milliseconds since the epoch. */
    long wallMillis();

    /** What happened to Ebb itself, and not to what it looks after. */
    sealed interface OfEbb extends JournalEntry permits Upgraded, CutOff {
        /** What happened, as a sentence without a full stop. */
        String text();
    }

    /** A life of Ebb begins. */
    record Opened(long wallMillis, String version) implements JournalEntry {}

    /** A life of Ebb ended in order; {@code kept} instances were left running. */
    record Closed(long wallMillis, int kept) implements JournalEntry {}

    /**
     * One process of Ebb was to take over from another. Written by the one that is in charge
     * afterwards.
     *
     * @param toPid of the new process; 0 when it never came to be
     * @param failed why it came to nothing; empty when the new one took over
     */
    record Upgraded(
            long wallMillis,
            String fromVersion,
            long fromPid,
            String toVersion,
            long toPid,
            Optional<String> failed)
            implements OfEbb {

        @Override
        public String text() {
            return failed.map(why ->
                            "the upgrade failed, and pid %d goes on: %s".formatted(fromPid, why))
                    .orElse(
                            "upgraded from version %s, pid %d, to version %s, pid %d"
                                    .formatted(fromVersion, fromPid, toVersion, toPid));
        }
    }

    /**
     * The process before this one had connections open when its time after an upgrade was over, and
     * cut them.
     */
    record CutOff(long wallMillis, long pid, int connections) implements OfEbb {

        @Override
        public String text() {
            return "the Ebb before this one, pid %d, has ended at its limit and cut %d connection%s"
                    .formatted(pid, connections, connections == 1 ? "" : "s");
        }
    }

    /** The policy that decisions follow from here on. */
    record Configured(long wallMillis, ServiceName service, Policy policy)
            implements JournalEntry {}

    /** An instance is about to be spawned; durable before it is. */
    record Intended(long wallMillis, LaunchIntent intent, Optional<InstanceId> replaces)
            implements JournalEntry {}

    /** An instance was spawned or adopted, and this is how it is told from any other process. */
    record Identified(long wallMillis, InstanceId id, String identity, boolean adopted)
            implements JournalEntry {}

    /**
     * An instance moved on in its life. Durable before it is carried out where {@code to} is
     * STOPPING.
     *
     * @param inFlight requests in flight at that moment
     * @param byOperator whether a person ordered it
     */
    record Moved(
            long wallMillis,
            InstanceId id,
            Lifecycle from,
            Lifecycle to,
            List<Reason> reasons,
            int inFlight,
            boolean byOperator)
            implements JournalEntry {
        public Moved {
            reasons = List.copyOf(reasons);
        }
    }

    record HealthChanged(long wallMillis, InstanceId id, Health from, Health to, Reason reason)
            implements JournalEntry {}

    /** An operator set or took away a mark. */
    record Marked(long wallMillis, InstanceId id, Mark mark, boolean set) implements JournalEntry {}

    /** An operator froze or thawed scaling; no service means all. */
    record Frozen(long wallMillis, Optional<ServiceName> service, boolean frozen)
            implements JournalEntry {}

    /** An operator fixed the number of instances, or gave it back to the decider (empty). */
    record Ordered(long wallMillis, ServiceName service, OptionalInt replicas)
            implements JournalEntry {}

    /** A decision that differs from the one before. */
    record Decided(long wallMillis, ServiceName service, Explanation explanation)
            implements JournalEntry {}

    /**
     * What a decision was made from; kept apart from the rest, within a limit of its own.
     *
     * @param tick the how-manieth of this service in this life, from 1, so that one that was not
     *     kept is noticed; empty in the journal of an older Ebb
     * @param generation of the state that it met; new weights change it, too; empty as above
     * @param before digest of all that the decision before this one explained; empty at first
     */
    record Observed(
            long wallMillis,
            Observation observation,
            OptionalLong tick,
            OptionalLong generation,
            OptionalLong before)
            implements JournalEntry {}

    /**
     * All that the decider knows of a service besides an observation; a replay begins with one.
     * Written before an observation: the first of a life, one every few minutes, and one after an
     * order or a loss. Kept with the observations.
     *
     * @param tick of the observation that it precedes
     * @param whole whether everything that happened since the one before was written down
     * @param before as that observation's
     */
    record Remembered(
            long wallMillis,
            long tick,
            boolean whole,
            OptionalLong before,
            Policy policy,
            ServiceState state)
            implements JournalEntry {}

    /** Everything that a restart needs; a new segment starts with one. */
    record Checkpoint(
            long wallMillis,
            boolean frozen,
            List<KeptService> services,
            List<KeptInstance> instances)
            implements JournalEntry {
        public Checkpoint {
            services = List.copyOf(services);
            instances = List.copyOf(instances);
        }
    }

    /**
     * A service in a checkpoint.
     *
     * @param parks when Ebb parked one by itself within the last hour, in milliseconds since the
     *     epoch
     * @param began the first ordinal that there could be since the last end in order; empty for 1,
     *     as in the journal of an older Ebb
     */
    record KeptService(
            ServiceName name,
            int nextOrdinal,
            boolean frozen,
            OptionalInt replicas,
            List<Long> parks,
            OptionalInt began) {
        public KeptService {
            parks = List.copyOf(parks);
        }

        /** One of which nothing was parked, and which has never ended in order. */
        public KeptService(
                ServiceName name, int nextOrdinal, boolean frozen, OptionalInt replicas) {
            this(name, nextOrdinal, frozen, replicas, List.of(), OptionalInt.empty());
        }

        KeptService withReplicas(OptionalInt next) {
            return new KeptService(name, nextOrdinal, frozen, next, parks, began);
        }

        KeptService withFrozen(boolean on) {
            return new KeptService(name, nextOrdinal, on, replicas, parks, began);
        }

        KeptService withParks(List<Long> next) {
            return new KeptService(name, nextOrdinal, frozen, replicas, next, began);
        }

        KeptService withNextOrdinal(int next) {
            return new KeptService(name, next, frozen, replicas, parks, began);
        }

        /** After an end in order. */
        KeptService anew() {
            return new KeptService(
                    name, nextOrdinal, frozen, replicas, parks, OptionalInt.of(nextOrdinal));
        }
    }

    /** An instance in a checkpoint. */
    record KeptInstance(
            LaunchIntent intent,
            Optional<String> identity,
            Optional<InstanceId> replaces,
            Lifecycle lifecycle,
            Set<Mark> marks) {
        public KeptInstance {
            marks = Set.copyOf(marks);
        }
    }
}
