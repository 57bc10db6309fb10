package dev.ebb.control;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.Arrivals;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Now;
import dev.ebb.core.QueueReading;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Port: a data plane. Called by the control thread only; no call waits. */
public interface EndpointSink {

    /** Hands over what may be picked from now on. Takes effect soon; see the acknowledgement. */
    void publish(EndpointSnapshot snapshot);

    /** What the data plane has seen of a service up to now. */
    Report report(ServiceName service, Now now);

    /**
     * Why requests may be on their way to instances that {@link #report} does not count: those of
     * another data plane, which is not asked. As long as there are such, nothing proves that an
     * instance is idle. The hold says what ends that.
     */
    default Optional<Hold> uncounted() {
        return Optional.empty();
    }

    /**
     * Has this called, by any thread, when a request begins to wait for the first instance of a
     * service that has none.
     */
    default void onDemand(Runnable wake) {}

    /** Takes in which instances others have found unwell; they are picked only if all are. */
    default void eject(ServiceName service, Set<InstanceId> instances) {}

    /** What instances of a service have said last of their own load, those that have. */
    default Map<InstanceId, Told> told(ServiceName service) {
        return Map.of();
    }

    /** How many seconds a start of this service's takes, as measured; for clients to come again. */
    default void startTakes(ServiceName service, double seconds) {}

    /**
     * @param acknowledgedGeneration no pick is made from a snapshot older than this one
     * @param endpoints by instance, for those in the newest snapshot or with requests in flight
     * @param latency cumulative, over the whole service
     * @param queue of the requests that wait for an instance; empty where there is no queue
     * @param standIns what took the place of an acknowledgement or of a count that could not be
     *     had; it goes on record with each stop that rests on it
     * @param arrivals what has come to the service; empty when that is not known
     */
    record Report(
            long acknowledgedGeneration,
            Map<InstanceId, EndpointReport> endpoints,
            LatencyCounts latency,
            Optional<QueueReading> queue,
            List<Reason> standIns,
            Optional<Arrivals> arrivals) {
        public Report {
            endpoints = Map.copyOf(endpoints);
            standIns = List.copyOf(standIns);
        }

        /** Of a data plane that does not count what comes. */
        public Report(
                long acknowledgedGeneration,
                Map<InstanceId, EndpointReport> endpoints,
                LatencyCounts latency,
                Optional<QueueReading> queue,
                List<Reason> standIns) {
            this(acknowledgedGeneration, endpoints, latency, queue, standIns, Optional.empty());
        }

        /** One that rests on knowledge alone. */
        public Report(
                long acknowledgedGeneration,
                Map<InstanceId, EndpointReport> endpoints,
                LatencyCounts latency,
                Optional<QueueReading> queue) {
            this(acknowledgedGeneration, endpoints, latency, queue, List.of(), Optional.empty());
        }

        /** Of a data plane without a queue. */
        public Report(
                long acknowledgedGeneration,
                Map<InstanceId, EndpointReport> endpoints,
                LatencyCounts latency) {
            this(acknowledgedGeneration, endpoints, latency, Optional.empty());
        }
    }

    /**
     * What an instance says of its own load.
     *
     * @param utilization of what binds it most, 0 to 1 and above
     * @param memory share of its memory in use; empty when it does not say
     * @param figures all that it says, by the names of {@link OrcaFigures}
     * @param atNanos when it said so, on the monotonic clock
     */
    record Told(
            double utilization, OptionalDouble memory, Map<String, Double> figures, long atNanos) {
        public Told {
            figures = Map.copyOf(figures);
        }
    }

    /**
     * @param healthReason why the health is what it is; empty as long as it was never ejected
     * @param ledger what scaling did to requests of this instance
     */
    record EndpointReport(
            TrafficReading traffic, Health health, Optional<Reason> healthReason, Ledger ledger) {
        /**
         * This one as to health, unless it is well by it and other data planes have ejected it:
         * requests that come through those find it missing.
         */
        public EndpointReport orEjectedBy(EndpointReport others) {
            return health == Health.HEALTHY && others.health == Health.EJECTED
                    ? new EndpointReport(traffic, others.health, others.healthReason, ledger)
                    : this;
        }
    }

    /**
     * What scaling did to an instance's requests, cumulative. The target of all three is 0.
     *
     * @param retried sent again elsewhere, because it was being removed
     * @param cut ended at a drain deadline
     * @param lost failed towards the client, because it was being removed
     */
    record Ledger(long retried, long cut, long lost) {
        public static final Ledger CLEAN = new Ledger(0, 0, 0);

        public Ledger plus(Ledger other) {
            return new Ledger(retried + other.retried, cut + other.cut, lost + other.lost);
        }
    }
}
