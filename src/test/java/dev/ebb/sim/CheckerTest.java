package dev.ebb.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Order;
import dev.ebb.control.Platform;
import dev.ebb.control.Ports;
import dev.ebb.control.ServicePlan;
import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.Explanation;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Now;
import dev.ebb.core.Policy;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.Reason;
import dev.ebb.sim.Fault.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * A judge that never convicts proves nothing: each invariant is broken on purpose here, by the real
 * control loop between ports that lie to it or by one that goes astray, and the checker must see
 * it. The same worlds without the damage are judged good.
 */
class CheckerTest {
    private static final Fault BENT = Worlds.fault(Kind.WALL_JUMPS, 20, 20);

    @Test
    void theWorldsAreGoodWithoutDamage() {
        assertThat(run(Worlds.calm(), UnaryOperator.identity()).violations()).isEmpty();
        assertThat(run(Worlds.with(BENT), UnaryOperator.identity()).violations()).isEmpty();
        assertThat(run(crashing(), UnaryOperator.identity()).violations()).isEmpty();
        Outcome calm = run(Worlds.calm(), UnaryOperator.identity());
        assertThat(calm.totals().stops()).isPositive();
        assertThat(calm.totals().sizesJudged()).isEqualTo(1);
        assertThat(calm.totals().lostToRemoval()).isZero();
    }

    @Test
    void i1TooMuchIsParked() {
        Outcome outcome =
                run(
                        Worlds.calm(),
                        Tampered.snapshots(
                                it -> it.generation() > 8 ? Tampered.parking(it, 4) : it));
        assertSees(outcome, "I1");
    }

    @Test
    void i2TheProofIsFalse() {
        Outcome outcome =
                run(
                        Worlds.of(
                                Worlds.policy(),
                                Worlds.falling(),
                                List.of(Worlds.fault(Kind.LOOP_STALLS, 100, 150))),
                        Tampered.falseProof());
        assertSees(outcome, "I2");
        assertThat(outcome.totals().lostToRemoval()).isPositive();
    }

    @Test
    void i2AnInstanceIsStoppedInMidService() {
        Outcome outcome =
                Simulation.run(Worlds.calm(), Astray.stopping(100), UnaryOperator.identity());
        assertSees(outcome, "I2");
        assertThat(outcome.violations())
                .anyMatch(it -> it.text().contains("an event loop may still pick it"));
    }

    @Test
    void i2OneThatServesIsGivenUp() {
        InstanceId first = new InstanceId(Worlds.WEB, 1);
        Outcome outcome = run(Worlds.calm(), Tampered.ejected(first, 60));
        assertThat(outcome.violations())
                .anyMatch(it -> it.text().equals("web-1 was given up without cause, and stopped"));
    }

    /** That it was to start excuses nobody, once it was said to be well. */
    @Test
    void i2OneThatHasStartedIsGivenUpAsNeverReady() {
        InstanceId first = new InstanceId(Worlds.WEB, 1);
        Outcome outcome = run(Worlds.calm(), Tampered.ejected(first, 0));
        assertThat(outcome.timeline()).anyMatch(it -> it.contains("web-1 STARTING -> FAILED"));
        assertThat(outcome.violations())
                .anyMatch(it -> it.text().equals("web-1 was given up without cause, and stopped"));
    }

    @Test
    void i3TheBudgetIsExceeded() {
        LoadShape light = new LoadShape.Constant(Worlds.CAPACITY * 0.3);
        Outcome outcome =
                run(
                        Worlds.of(Worlds.policy(), light, List.of()),
                        Tampered.snapshots(
                                it -> it.generation() > 8 ? Tampered.parking(it, 3) : it));
        assertSees(outcome, "I3");
    }

    @Test
    void i4AVictimDoesNotReport() {
        Fault blind = Worlds.fault(Kind.METRICS_MISSING, 80, 300);
        assertThat(run(Worlds.with(blind), UnaryOperator.identity()).violations()).isEmpty();
        assertSees(run(Worlds.with(blind), inventedReadings()), "I4");
    }

    @Test
    void i5WhatWasStoppedIsStartedAgain() {
        Outcome outcome =
                run(
                        Worlds.calm(),
                        Tampered.platform((platform, ports) ->
                                new Tampered.Eager(platform, () -> startAnother(ports))));
        assertSees(outcome, "I5");
    }

    @Test
    void i5ARescueIsFollowedByTheSamePark() {
        Outcome outcome =
                run(
                        Worlds.calm(),
                        Tampered.snapshots(it ->
                                it.generation() > 8 && it.generation() % 2 == 0
                                        ? Tampered.parking(it, 1)
                                        : it));
        assertSees(outcome, "I5");
    }

    @Test
    void aStartThatNobodyApproved() {
        Scenario recommending =
                Worlds.of(
                        Worlds.policy().withMode(Policy.Mode.RECOMMEND),
                        Worlds.falling(),
                        List.of());
        assertThat(run(recommending, UnaryOperator.identity()).violations()).isEmpty();
        Outcome outcome =
                Simulation.run(recommending, Astray.starting(100), UnaryOperator.identity());
        assertThat(outcome.violations())
                .anyMatch(it ->
                        it.text()
                                .equals(
                                        "web-900 was started in the mode recommend and nobody had"
                                                + " approved it"));
    }

    @Test
    void i6ARestartKnowsNothing() {
        Outcome outcome =
                run(crashing(), Tampered.journal(it -> new Tampered.Forgetful(it, entry -> true)));
        assertThat(outcome.violations())
                .anyMatch(it -> it.text().contains("was started though it exists"));
    }

    @Test
    void i6ARestartForgetsOne() {
        InstanceId third = new InstanceId(Worlds.WEB, 3);
        Outcome outcome =
                run(
                        crashing(),
                        Tampered.journal(it ->
                                new Tampered.Forgetful(
                                        it,
                                        entry ->
                                                entry instanceof JournalEntry.Intended one
                                                        && one.intent().id().equals(third))));
        assertThat(outcome.violations())
                .anyMatch(it -> it.text().contains("web-3 lives, but control does not know it"));
    }

    @Test
    void i6RecoveryStops() {
        Outcome outcome = Simulation.run(crashing(), Astray.stopping(0), UnaryOperator.identity());
        assertThat(outcome.violations()).anyMatch(it -> it.text().contains("recovery stopped"));
    }

    @Test
    void i8AStopIsNotDurable() {
        Outcome outcome =
                run(
                        Worlds.calm(),
                        Tampered.journal(it ->
                                new Tampered.Forgetful(
                                        it,
                                        entry ->
                                                entry instanceof JournalEntry.Moved moved
                                                        && moved.to() == Lifecycle.STOPPING)));
        assertSees(outcome, "I8");
    }

    @Test
    void i8ScaleInGoesOnWithAFullDisk() {
        Fault full = Worlds.fault(Kind.DISK_FULL, 80, 200);
        assertThat(run(Worlds.with(full), UnaryOperator.identity()).violations()).isEmpty();
        Outcome outcome =
                run(
                        Worlds.with(full),
                        Tampered.journal(it -> new Tampered.Forgetful(it, entry -> false)));
        assertThat(outcome.violations())
                .anyMatch(it -> it.text().contains("parked though the journal fails"));
    }

    @Test
    void i9TheSameIsSeenWhereTimeIsBent() {
        Outcome outcome =
                run(
                        Worlds.with(BENT, Worlds.fault(Kind.LOOP_STALLS, 100, 150)),
                        Tampered.falseProof());
        assertSees(outcome, "I9 (I2)");
    }

    @Test
    void i10TheFleetNeverShrinks() {
        Outcome outcome =
                run(
                        Worlds.calm(),
                        Tampered.metrics((metrics, ids) ->
                                new MetricSource.Metrics(Map.of(), metrics.hostCpuBusy())));
        assertSees(outcome, "I10");
    }

    @Test
    void i10AParkedInstanceStays() {
        Scenario held =
                Worlds.of(
                        Worlds.drainingUntil(Policy.AtDeadline.HOLD), Worlds.falling(), List.of());
        Outcome outcome = run(held, Tampered.reports((report, now) -> busyForEver(report)));
        assertSees(outcome, "I10");
    }

    @Test
    void i10AHoldDoesNotSayWhatReleasesIt() {
        Outcome outcome = Simulation.run(Worlds.calm(), Astray.silent(), UnaryOperator.identity());
        assertSees(outcome, "I10");
    }

    @Test
    void aFrozenServiceIsScaled() {
        Fault freeze = new Fault(Kind.ORDER_FREEZE, 50, 1, 0, 0.9);
        assertThat(run(Worlds.with(freeze), UnaryOperator.identity()).violations()).isEmpty();
        Outcome outcome =
                Simulation.run(Worlds.with(freeze), Astray.deaf(), UnaryOperator.identity());
        assertThat(outcome.violations()).anyMatch(it -> it.text().contains("while frozen"));
    }

    @Test
    void whatControlThrowsIsADefect() {
        Outcome outcome =
                run(
                        Worlds.calm(),
                        Tampered.reports((report, now) -> {
                            throw new IllegalStateException("a defect");
                        }));
        assertThat(outcome.violations()).anyMatch(it -> it.text().contains("threw"));
    }

    private static Outcome run(Scenario scenario, UnaryOperator<Ports> damage) {
        return Simulation.run(scenario, RealControl::new, damage);
    }

    private static void assertSees(Outcome outcome, String invariant) {
        assertThat(outcome.violations())
                .as("violations of seed %d", outcome.seed())
                .anyMatch(it -> it.invariant().equals(invariant));
    }

    private static Scenario crashing() {
        return Worlds.with(
                Worlds.fault(Kind.EBB_CRASHES, 130, 1), Worlds.fault(Kind.EBB_CRASHES, 300, 1));
    }

    private static EndpointSink.Report busyForEver(EndpointSink.Report report) {
        Map<InstanceId, EndpointSink.EndpointReport> busy = new HashMap<>();
        report.endpoints()
                .forEach((id, seen) ->
                        busy.put(
                                id,
                                Tampered.withInFlight(
                                        seen, Math.max(1, seen.traffic().inFlight()))));
        return new EndpointSink.Report(report.acknowledgedGeneration(), busy, report.latency());
    }

    /** A reading for everyone, fresh and made up. */
    private static UnaryOperator<Ports> inventedReadings() {
        long[] ticks = new long[1];
        Now[] newest = new Now[1];
        return ports -> {
            EndpointSink sink =
                    Tampered.reports(
                                    (report, now) -> {
                                        newest[0] = now;
                                        return report;
                                    })
                            .apply(ports)
                            .sink();
            MetricSource made =
                    Tampered.metrics(
                                    (metrics, ids) -> {
                                        ticks[0]++;
                                        Map<InstanceId, ProcessReading> all = new HashMap<>();
                                        long at =
                                                newest[0] == null
                                                        ? 0
                                                        : newest[0].monotonicNanos()
                                                                + SimClock.SECOND;
                                        ids.forEach(id ->
                                                all.put(
                                                        id,
                                                        new ProcessReading(
                                                                at,
                                                                ticks[0] * 180_000_000L,
                                                                1 << 20)));
                                        return new MetricSource.Metrics(all, metrics.hostCpuBusy());
                                    })
                            .apply(ports)
                            .metrics();
            return new Ports(ports.platform(), sink, made, ports.journal());
        };
    }

    private static void startAnother(Ports ports) {
        InstanceId id = new InstanceId(Worlds.WEB, 900);
        LaunchIntent intent = new LaunchIntent(id, "another", "127.0.0.1", 20_900, 0);
        ports.journal()
                .append(
                        new JournalEntry.Intended(0, intent, Optional.empty()),
                        Journal.Durability.DURABLE);
        Platform.Started _ = ports.platform().start(intent);
    }

    /** The real control loop with a will of its own. */
    private static final class Astray implements ControlLoop {
        private final RealControl inner;
        private final Ports ports;
        private int stopAtStep = -1;
        private int startAtStep = -1;
        private boolean silent;
        private boolean deaf;
        private int steps;
        private boolean recovered;

        private Astray(List<ServicePlan> plans, Ports ports) {
            inner = new RealControl(plans, ports);
            this.ports = ports;
        }

        /** Stops an instance in the given step; 0 for at the end of each recovery. */
        static Factory stopping(int step) {
            return (plans, ports) -> {
                Astray astray = new Astray(plans, ports);
                astray.stopAtStep = step;
                return astray;
            };
        }

        /** Starts an instance in the given step. */
        static Factory starting(int step) {
            return (plans, ports) -> {
                Astray astray = new Astray(plans, ports);
                astray.startAtStep = step;
                return astray;
            };
        }

        static Factory silent() {
            return (plans, ports) -> {
                Astray astray = new Astray(plans, ports);
                astray.silent = true;
                return astray;
            };
        }

        static Factory deaf() {
            return (plans, ports) -> {
                Astray astray = new Astray(plans, ports);
                astray.deaf = true;
                return astray;
            };
        }

        @Override
        public void recover(Now now) {
            inner.recover(now);
            recovered = !inner.status().services().getFirst().instances().isEmpty();
            if (stopAtStep == 0 && recovered) {
                stopOne();
            }
        }

        @Override
        public void step(Now now) {
            inner.step(now);
            steps++;
            if (steps == stopAtStep) {
                stopOne();
            }
            if (steps == startAtStep) {
                startAnother(ports);
            }
        }

        private void stopOne() {
            inner.status().services().getFirst().instances().stream()
                    .filter(it -> it.lifecycle() == Lifecycle.SERVING)
                    .filter(it -> stopAtStep == 0 || it.health() == Health.HEALTHY)
                    .findFirst()
                    .ifPresent(it -> ports.platform().stop(it.id(), Duration.ofSeconds(1)));
        }

        @Override
        public Order.Answer order(Order order, Now now) {
            return deaf ? new Order.Answer.Done("as you say") : inner.order(order, now);
        }

        @Override
        public void takeBack(Reason why, Now now) {
            inner.takeBack(why, now);
        }

        @Override
        public Status status() {
            Status status = inner.status();
            if (!silent) {
                return status;
            }
            List<ServiceStatus> services = new ArrayList<>();
            status.services().forEach(it -> services.add(muted(it)));
            return new Status(status.at(), status.frozen(), services, status.alarm());
        }

        private static ServiceStatus muted(ServiceStatus service) {
            Explanation said = service.explanation();
            return new ServiceStatus(
                    service.name(),
                    service.policy(),
                    service.frozen(),
                    OptionalInt.empty(),
                    new Explanation(
                            said.serving(),
                            said.wanted(),
                            said.needs(),
                            said.ranking(),
                            said.planned(),
                            List.of(new Hold(Reason.of("hm", "no reason"), " "))),
                    service.instances(),
                    service.ledger(),
                    service.recommendation());
        }

        @Override
        public boolean shutdown(Now now, boolean keepInstances) {
            return inner.shutdown(now, keepInstances);
        }
    }
}
