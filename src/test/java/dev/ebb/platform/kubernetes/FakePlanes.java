package dev.ebb.platform.kubernetes;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.DataPlanes;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Data planes that are told, and say what the test has them say. */
final class FakePlanes implements DataPlanes {
    final List<EndpointSnapshot> published = new ArrayList<>();
    List<Witness> witnesses = List.of(new Witness("envoy-1", 1, true, false));
    long acknowledged;

    /** Why they have ejected the first pod that they were told of; empty when they have not. */
    String ejection = "";

    EndpointSnapshot last() {
        return published.getLast();
    }

    @Override
    public Optional<String> serve(Collection<Offer> offers) {
        return Optional.empty();
    }

    @Override
    public void rest() {}

    @Override
    public List<Witness> witnesses(ServiceName service) {
        return witnesses;
    }

    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    public void publish(EndpointSnapshot snapshot) {
        published.add(snapshot);
    }

    @Override
    public void eject(ServiceName service, Set<InstanceId> instances) {}

    @Override
    public Report report(ServiceName service, Now now) {
        if (ejection.isEmpty()) {
            return new Report(acknowledged, Map.of(), LatencyCounts.empty());
        }
        var one =
                new EndpointReport(
                        TrafficReading.none(now.monotonicNanos()),
                        Health.EJECTED,
                        Optional.of(Reason.of("data_planes_ejected", ejection)),
                        Ledger.CLEAN);
        InstanceId first = last().endpoints().getFirst().id();
        return new Report(acknowledged, Map.of(first, one), LatencyCounts.empty());
    }

    @Override
    public Optional<Hold> uncounted() {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
