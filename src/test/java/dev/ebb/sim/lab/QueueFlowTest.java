package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests wait as long as the theory of queues says, and every policy meets the same ones. */
class QueueFlowTest {
    private static final SignalDelays DELAYS = SignalDelays.REFERENCE;

    private static Contender fixed(int instances) {
        return Contender.reactive(
                "fixed",
                model ->
                        new Autoscaler() {
                            @Override
                            public int decide(Signals signals) {
                                return instances;
                            }

                            @Override
                            public String reason() {
                                return "always";
                            }
                        });
    }

    private static Score run(double load, QueueModel queues, int instances, int seconds)
            throws InterruptedException {
        var loads = new double[seconds];
        Arrays.fill(loads, load);
        var model = new FleetModel(1, 30, 10, 1, 1, 100, 0.9, DELAYS);
        var replay = new Replay(Trace.of("t", 1, loads), model, Optional.of(queues));
        return replay.run(fixed(instances), Watcher.NONE, share -> {});
    }

    private static QueueModel queues(double variation, double stragglers) {
        return new QueueModel(0.1, 1, variation, 0, 1, stragglers, 10, 1, 1000);
    }

    /** Pollaczek and Khinchine: S + rho * S * (1 + c^2) / (2 * (1 - rho)). */
    @ParameterizedTest
    @CsvSource({"0.5, 0", "0.5, 1", "0.8, 0", "0.8, 1", "0.3, 2"})
    void oneInstanceWithOneSlotIsAnMG1Queue(double rho, double variation)
            throws InterruptedException {
        Score score = run(rho, queues(variation, 0), 1, 200_000);
        double wait = rho * 0.1 * (1 + variation * variation) / (2 * (1 - rho));
        assertThat(score.latencies().orElseThrow().mean())
                .isCloseTo(0.1 + wait, Percentage.withPercentage(4));
        assertThat(score.overloadPercent()).isZero();
    }

    @Test
    void quantilesOfAnIdleInstanceAreThoseOfItsServiceTime() throws InterruptedException {
        Score score = run(0.001, queues(0.5, 0), 1, 10_000_000 / 10);
        double sigma = Math.sqrt(Math.log1p(0.25));
        double median = 0.1 * Math.exp(-sigma * sigma / 2);
        Latencies found = score.latencies().orElseThrow();
        assertThat(found.median()).isCloseTo(median, Percentage.withPercentage(3));
        assertThat(found.p99())
                .isCloseTo(median * Math.exp(2.326 * sigma), Percentage.withPercentage(6));
    }

    @Test
    void whatNobodyCanCarryIsRefusedWhenTheQueuesAreFull() throws InterruptedException {
        var short1 = new QueueModel(0.1, 2, 0, 0, 1, 0, 1, 1, 3);
        Score score = run(8, short1, 4, 2000);
        assertThat(score.overloadPercent()).isCloseTo(50, within(1.0));
        assertThat(score.latencies().orElseThrow().p999())
                .as("two in work, six wait at most")
                .isLessThan(0.42);
    }

    @Test
    void stragglersMakeTheTail() throws InterruptedException {
        Latencies without = run(0.1, queues(0, 0), 1, 50_000).latencies().orElseThrow();
        Latencies with = run(0.1, queues(0, 0.02), 1, 50_000).latencies().orElseThrow();
        assertThat(with.median()).isCloseTo(without.median(), Percentage.withPercentage(3));
        assertThat(with.p99()).isGreaterThan(0.9).isGreaterThan(3 * without.p99());
    }

    @Test
    void aColdInstanceIsSlow() {
        var model = new FleetModel(1, 0, 0, 1, 0, 9, 0.9, DELAYS);
        var cold = new QueueModel(0.1, 1, 0, 20, 3, 0, 1, 1, 1000);
        var flow = new QueueFlow(model, cold);
        flow.serve(0, 0.2, 1);
        for (int second = 1; second < 50; second++) {
            flow.serve(second, 0.2, 1);
        }
        double warm = flow.busy();
        var both = new QueueFlow(model, cold);
        both.serve(0, 0, 0);
        both.serve(1, 0.2, 1);
        assertThat(both.latencies().orElseThrow().median())
                .as("the first fleet of all is warm, what comes later is not")
                .isCloseTo(0.1, Percentage.withPercentage(3));
        assertThat(warm).isBetween(0.0, 1.0);
        var later = new QueueFlow(model, cold);
        later.serve(0, 0.2, 1);
        later.serve(1, 0, 0);
        double before = later.totalOffered();
        later.serve(2, 0.4, 1);
        assertThat(later.totalOffered()).isGreaterThan(before);
        assertThat(later.latencies().orElseThrow().p999()).isGreaterThan(0.2);
    }

    @Test
    void everyPolicyMeetsTheSameRequests() throws InterruptedException {
        var offered = new ArrayList<Double>();
        for (int instances : new int[] {2, 5}) {
            var flow =
                    new QueueFlow(new FleetModel(1, 0, 0, 1, 0, 9, 0.9, DELAYS), queues(0.5, 0.01));
            for (int second = 0; second < 500; second++) {
                flow.serve(second, 1.5, instances);
                offered.add(flow.offered());
            }
        }
        assertThat(offered.subList(0, 500)).isEqualTo(offered.subList(500, 1000));
    }

    @Test
    void busyIsTheWorkThatWasDone() {
        var flow = new QueueFlow(new FleetModel(1, 0, 0, 1, 0, 9, 0.9, DELAYS), queues(0.5, 0));
        double busy = 0;
        for (int second = 0; second < 20_000; second++) {
            flow.serve(second, 1.5, 3);
            assertThat(flow.busy()).isBetween(0.0, 3.0);
            busy += flow.busy();
        }
        assertThat(busy / 20_000).isCloseTo(1.5, Percentage.withPercentage(2));
    }

    @Test
    void aStationServesInOrderOnItsSlots() {
        var chance = new SplittableRandom(5);
        for (int slots : new int[] {1, 3}) {
            var station = new Station(0, slots, 1000);
            var free = new double[slots];
            List<Double> ends = new ArrayList<>();
            double now = 0;
            for (int i = 0; i < 500; i++) {
                now += chance.nextDouble();
                double service = 2 * slots * chance.nextDouble();
                Arrays.sort(free);
                double end = Math.max(now, free[0]) + service;
                free[0] = end;
                double moment = now;
                long here = ends.stream().filter(e -> e > moment).count();
                assertThat(station.busy(now)).isEqualTo((int) here);
                assertThat(station.take(now, service)).isCloseTo(end, within(1e-9));
                ends.add(end);
                double work = Arrays.stream(free).map(f -> Math.max(0, f - moment)).sum();
                assertThat(station.backlog(now)).isCloseTo(work, within(1e-9));
            }
        }
    }
}
