package dev.ebb.sim;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Platform;
import dev.ebb.control.Ports;
import dev.ebb.core.Allowance;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Ports that do something else than they are told, each in one way. */
final class Tampered {
    private Tampered() {}

    static UnaryOperator<Ports> snapshots(UnaryOperator<EndpointSnapshot> change) {
        return ports ->
                new Ports(
                        ports.platform(),
                        new Sink(ports.sink(), change, (report, now) -> report),
                        ports.metrics(),
                        ports.journal());
    }

    static UnaryOperator<Ports> reports(
            BiFunction<EndpointSink.Report, Now, EndpointSink.Report> change) {
        return ports ->
                new Ports(
                        ports.platform(),
                        new Sink(ports.sink(), UnaryOperator.identity(), change),
                        ports.metrics(),
                        ports.journal());
    }

    /** Everything is acknowledged and nothing in flight, says this data plane. */
    static UnaryOperator<Ports> falseProof() {
        long[] newest = new long[1];
        UnaryOperator<EndpointSnapshot> note =
                snapshot -> {
                    newest[0] = snapshot.generation();
                    return snapshot;
                };
        return ports ->
                new Ports(
                        ports.platform(),
                        new Sink(ports.sink(), note, (report, now) -> idle(report, newest[0])),
                        ports.metrics(),
                        ports.journal());
    }

    private static EndpointSink.Report idle(EndpointSink.Report report, long acknowledged) {
        Map<InstanceId, EndpointSink.EndpointReport> idle = new HashMap<>();
        report.endpoints().forEach((id, seen) -> idle.put(id, withInFlight(seen, 0)));
        return new EndpointSink.Report(acknowledged, idle, report.latency());
    }

    static EndpointSink.EndpointReport withInFlight(
            EndpointSink.EndpointReport seen, int inFlight) {
        TrafficReading old = seen.traffic();
        return new EndpointSink.EndpointReport(
                new TrafficReading(
                        old.measuredAtNanos(),
                        inFlight,
                        0,
                        old.requestsTotal(),
                        old.failuresTotal(),
                        old.latencyNanosTotal()),
                seen.health(),
                seen.healthReason(),
                seen.ledger());
    }

    /** This instance is ejected, says this data plane, from a moment of Ebb's first life on. */
    static UnaryOperator<Ports> ejected(InstanceId id, double fromSeconds) {
        long from = SimClock.EPOCH_MILLIS + (long) (fromSeconds * 1_000);
        return reports((report, now) -> {
            EndpointSink.EndpointReport seen = report.endpoints().get(id);
            if (seen == null || now.wallMillis() < from) {
                return report;
            }
            Map<InstanceId, EndpointSink.EndpointReport> all = new HashMap<>(report.endpoints());
            all.put(
                    id,
                    new EndpointSink.EndpointReport(
                            seen.traffic(), Health.EJECTED, seen.healthReason(), seen.ledger()));
            return new EndpointSink.Report(report.acknowledgedGeneration(), all, report.latency());
        });
    }

    static UnaryOperator<Ports> metrics(
            BiFunction<MetricSource.Metrics, Collection<InstanceId>, MetricSource.Metrics> change) {
        return ports ->
                new Ports(
                        ports.platform(),
                        ports.sink(),
                        new Source(ports.metrics(), change),
                        ports.journal());
    }

    static UnaryOperator<Ports> journal(UnaryOperator<Journal> change) {
        return ports ->
                new Ports(
                        ports.platform(),
                        ports.sink(),
                        ports.metrics(),
                        change.apply(ports.journal()));
    }

    static UnaryOperator<Ports> platform(BiFunction<Platform, Ports, Platform> change) {
        return ports ->
                new Ports(
                        change.apply(ports.platform(), ports),
                        ports.sink(),
                        ports.metrics(),
                        ports.journal());
    }

    /** The first {@code count} endpoints in rotation, taken out of it. */
    static EndpointSnapshot parking(EndpointSnapshot snapshot, int count) {
        int[] left = {count};
        return new EndpointSnapshot(
                snapshot.service(),
                snapshot.generation(),
                snapshot.endpoints().stream()
                        .map(it ->
                                it.role() == EndpointRole.ACTIVE && left[0]-- > 0 ? parked(it) : it)
                        .toList());
    }

    private static Endpoint parked(Endpoint endpoint) {
        return new Endpoint(
                endpoint.id(),
                endpoint.host(),
                endpoint.port(),
                EndpointRole.PARKED,
                endpoint.weight(),
                Endpoint.NO_RAMP);
    }

    private record Sink(
            EndpointSink inner,
            UnaryOperator<EndpointSnapshot> published,
            BiFunction<EndpointSink.Report, Now, EndpointSink.Report> reported)
            implements EndpointSink {
        @Override
        public void publish(EndpointSnapshot snapshot) {
            inner.publish(published.apply(snapshot));
        }

        @Override
        public Report report(ServiceName service, Now now) {
            return reported.apply(inner.report(service, now), now);
        }
    }

    private record Source(
            MetricSource inner,
            BiFunction<MetricSource.Metrics, Collection<InstanceId>, MetricSource.Metrics> change)
            implements MetricSource {
        @Override
        public Metrics read(Collection<InstanceId> instances, Now now) {
            return change.apply(inner.read(instances, now), instances);
        }

        @Override
        public Allowance allowance(InstanceId id) {
            return inner.allowance(id);
        }
    }

    /** A journal that says it has written what it has not. */
    record Forgetful(Journal inner, Predicate<JournalEntry> drops) implements Journal {
        @Override
        public Appended append(JournalEntry entry, Durability durability) {
            if (!drops.test(entry)) {
                inner.append(entry, durability);
            }
            return new Appended.Written();
        }

        @Override
        public boolean wantsCheckpoint() {
            return false;
        }

        @Override
        public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
            return new Appended.Written();
        }

        @Override
        public List<JournalEntry> recover() {
            return inner.recover().stream().filter(entry -> !drops.test(entry)).toList();
        }
    }

    /** A platform that does something besides when an instance is stopped. */
    record Eager(Platform inner, Runnable afterStop) implements Platform {
        @Override
        public Planned plan(InstanceId id, Now now) {
            return inner.plan(id, now);
        }

        @Override
        public Started start(LaunchIntent intent) {
            return inner.start(intent);
        }

        @Override
        public void stop(InstanceId id, Duration grace) {
            inner.stop(id, grace);
            afterStop.run();
        }

        @Override
        public Map<InstanceId, Liveness> look() {
            return inner.look();
        }

        @Override
        public Map<InstanceId, String> adopt(Collection<Known> known) {
            return inner.adopt(known);
        }

        @Override
        public void forget(InstanceId id) {
            inner.forget(id);
        }
    }
}
