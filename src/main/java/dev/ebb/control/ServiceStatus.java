package dev.ebb.control;

import dev.ebb.core.Explanation;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** One service, for people and programs to look at. Immutable. */
public record ServiceStatus(
        ServiceName name,
        Policy policy,
        boolean frozen,
        OptionalInt orderedReplicas,
        Explanation explanation,
        List<InstanceStatus> instances,
        EndpointSink.Ledger ledger,
        Optional<Recommendation> recommendation) {
    public ServiceStatus {
        instances = List.copyOf(instances);
    }
}
