package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Arrivals;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.core.Ties;
import dev.ebb.core.TrafficReading;
import dev.ebb.xds.XdsServer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The gateway and the data planes behind xDS as one. What all have acknowledged is acknowledged,
 * and what any has in flight is in flight; health and latency are the gateway's, whose checks go on
 * even where others carry the requests. Control thread only.
 */
record Planes(EndpointSink gateway, XdsServer xds) implements EndpointSink {

    @Override
    public void publish(EndpointSnapshot snapshot) {
        gateway.publish(snapshot);
        xds.publish(snapshot);
    }

    @Override
    public Report report(ServiceName service, Now now) {
        Report others = xds.report(service, now);
        Report own = gateway.report(service, now);
        Set<InstanceId> ejected =
                own.endpoints().entrySet().stream()
                        .filter(e -> e.getValue().health() == Health.EJECTED)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        xds.eject(service, ejected);
        Map<InstanceId, EndpointReport> endpoints = new HashMap<>(own.endpoints());
        others.endpoints().forEach((id, report) -> endpoints.merge(id, report, Planes::plus));
        return new Report(
                Math.min(own.acknowledgedGeneration(), others.acknowledgedGeneration()),
                endpoints,
                own.latency().plus(others.latency()),
                own.queue(),
                others.standIns(),
                own.arrivals().map(a -> plus(a, others)));
    }

    /** What others carry has come, too, even though the gateway has not seen it. */
    private static Arrivals plus(Arrivals own, Report others) {
        long elsewhere =
                others.endpoints().values().stream()
                        .mapToLong(e -> e.traffic().requestsTotal())
                        .sum();
        return new Arrivals(own.requestsTotal() + elsewhere, own.waiting());
    }

    @Override
    public Map<InstanceId, Told> told(ServiceName service) {
        Map<InstanceId, Told> all = new HashMap<>(gateway.told(service));
        xds.told(service)
                .forEach((id, told) ->
                        all.merge(id, told, (a, b) -> a.atNanos() - b.atNanos() > 0 ? a : b));
        return all;
    }

    @Override
    public void onDemand(Runnable wake) {
        gateway.onDemand(wake);
    }

    @Override
    public void startTakes(ServiceName service, double seconds) {
        gateway.startTakes(service, seconds);
    }

    private static Optional<Ties> ties(TrafficReading a, TrafficReading b) {
        return a.ties().isEmpty()
                ? b.ties()
                : Optional.of(a.ties().get().plus(b.ties().orElse(Ties.NONE)));
    }

    private static EndpointReport plus(EndpointReport own, EndpointReport other) {
        TrafficReading a = own.traffic();
        TrafficReading b = other.traffic();
        return new EndpointReport(
                        new TrafficReading(
                                Math.min(a.measuredAtNanos(), b.measuredAtNanos()),
                                a.inFlight() + b.inFlight(),
                                a.streams() + b.streams(),
                                a.requestsTotal() + b.requestsTotal(),
                                a.failuresTotal() + b.failuresTotal(),
                                a.latencyNanosTotal() + b.latencyNanosTotal(),
                                ties(a, b)),
                        own.health(),
                        own.healthReason(),
                        own.ledger().plus(other.ledger()))
                .orEjectedBy(other);
    }

    @Override
    public Optional<Hold> uncounted() {
        return gateway.uncounted().or(xds::uncounted);
    }
}
