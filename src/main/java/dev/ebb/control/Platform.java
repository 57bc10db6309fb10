package dev.ebb.control;

import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Port: where instances run. Called by the control thread only; no call waits for an instance. What
 * goes wrong is a value, never an exception: the next tick looks again.
 */
public interface Platform {

    /** Chooses a token and an address. Nothing is started yet. */
    Planned plan(InstanceId id, Now now);

    /**
     * Names the way in which this service's instances are started now: another command has another
     * name, in each life of Ebb the same. Empty where that is not known.
     */
    default Optional<String> recipe(ServiceName service) {
        return Optional.empty();
    }

    /** Starts what was planned and is now durable in the journal. */
    Started start(LaunchIntent intent);

    /**
     * Asks an instance to end, and ends it by force after {@code grace}. Returns at once. Asking
     * twice is harmless.
     */
    void stop(InstanceId id, Duration grace);

    /** What is known now of every instance that was started, adopted, or failed to start. */
    Map<InstanceId, Liveness> look();

    /**
     * After a restart of Ebb: finds the instances of an earlier life again. Those with an identity
     * are found by it; those with only an intent by their token.
     *
     * @return the identity of each that lives; one that is not in the result does not exist
     */
    Map<InstanceId, String> adopt(Collection<Known> known);

    /**
     * What others than this controller have done to a service's instances since the last call.
     *
     * @param nextOrdinal for the first that came; the others count on from there
     */
    default Outside outside(ServiceName service, int nextOrdinal, Now now) {
        return Outside.NOTHING;
    }

    /** Forgets an instance that is gone (its output files stay). */
    void forget(InstanceId id);

    /**
     * What an instance shares its fate with, as a zone of a cloud; the instances of a service are
     * kept spread over them. Empty where the platform knows of none.
     */
    default Optional<String> zone(InstanceId id) {
        return Optional.empty();
    }

    /** Result of {@link #plan}. */
    sealed interface Planned {
        record Ready(LaunchIntent intent) implements Planned {}

        record Impossible(String why) implements Planned {}
    }

    /** Result of {@link #start}. */
    sealed interface Started {
        /**
         * @param identity what tells this very process from any later one, for example boot id, pid
         *     and start time; opaque to all but the platform
         */
        record Running(String identity) implements Started {}

        record Failed(String why) implements Started {}
    }

    /** An instance that somebody else has started. */
    record Arrival(LaunchIntent intent, String identity) {}

    /**
     * What others have done.
     *
     * @param came instances that they started
     * @param went instances that they ended; they see to it whether others are started for them
     */
    record Outside(List<Arrival> came, Set<InstanceId> went) {
        public static final Outside NOTHING = new Outside(List.of(), Set.of());

        public Outside {
            came = List.copyOf(came);
            went = Set.copyOf(went);
        }
    }

    /** What the journal knows of an instance of an earlier life. */
    record Known(LaunchIntent intent, Optional<String> identity) {}
}
