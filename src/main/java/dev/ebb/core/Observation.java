package dev.ebb.core;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Everything that a decision may know about one service at one moment. Immutable; recorded with the
 * decision, so that the decision can be replayed.
 *
 * @param acknowledgedGeneration the newest endpoint snapshot that every data plane has confirmed
 * @param latency the service's cumulative latencies, over all its instances
 * @param hostCpuBusy share of the host's CPU in use, 0 to 1; empty when unknown
 * @param uncounted why requests may be in flight that no reading here counts, as the hold that this
 *     is for every removal; empty when all are counted, and in the journal of an older Ebb
 * @param peers the other services that the policy asks for, as far as they are known
 * @param whole readings of the service as a whole; empty when there are none
 */
public record Observation(
        Now now,
        ServiceName service,
        List<InstanceFacts> instances,
        long acknowledgedGeneration,
        LatencyCounts latency,
        OptionalDouble hostCpuBusy,
        Optional<Hold> uncounted,
        List<Peer> peers,
        Optional<WholeReadings> whole) {

    public Observation {
        instances = List.copyOf(instances);
        peers = List.copyOf(peers);
    }

    /** Of a service that asks for no other, and without readings of it as a whole. */
    public Observation(
            Now now,
            ServiceName service,
            List<InstanceFacts> instances,
            long acknowledgedGeneration,
            LatencyCounts latency,
            OptionalDouble hostCpuBusy,
            Optional<Hold> uncounted) {
        this(
                now,
                service,
                instances,
                acknowledgedGeneration,
                latency,
                hostCpuBusy,
                uncounted,
                List.of(),
                Optional.empty());
    }

    /** What has come to the service as a whole; empty when that is not known. */
    Optional<Arrivals> arrivals() {
        return whole.flatMap(WholeReadings::arrivals);
    }

    /** One in which every request in flight is counted. */
    public Observation(
            Now now,
            ServiceName service,
            List<InstanceFacts> instances,
            long acknowledgedGeneration,
            LatencyCounts latency,
            OptionalDouble hostCpuBusy) {
        this(
                now,
                service,
                instances,
                acknowledgedGeneration,
                latency,
                hostCpuBusy,
                Optional.empty());
    }
}
