package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Backtest.Plan;
import dev.ebb.sim.lab.rival.Rivals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many runs at once give what each gives alone, in the order that was asked for. */
class BacktestTest {

    private static Trace trace(String name, int seed) {
        var loads = new double[300];
        for (int i = 0; i < loads.length; i++) {
            loads[i] = 50 + (i * seed) % 97;
        }
        return Trace.of(name, 60, loads);
    }

    private static Contender named(String name) {
        return Rivals.named(name).orElseThrow();
    }

    private static Plan plan(List<Trace> traces, List<Contender> contenders) {
        return new Plan(
                traces,
                FleetModel::reference,
                Optional.empty(),
                contenders,
                named("oracle"),
                List.of(),
                false);
    }

    @Test
    void theOrderIsTheOneThatWasAskedFor() throws InterruptedException {
        List<Trace> traces = Stream.of(3, 5, 7, 11, 13, 17).map(s -> trace("t" + s, s)).toList();
        List<Contender> contenders = Stream.of("kpa", "static", "hpa").map(n -> named(n)).toList();
        var shares = new ArrayList<Double>();
        List<Comparison> all =
                Backtest.run(
                        plan(traces, contenders),
                        share -> {
                            synchronized (shares) {
                                shares.add(share);
                            }
                        });
        assertThat(all)
                .extracting(c -> c.trace().name())
                .containsExactlyElementsOf(traces.stream().map(Trace::name).toList());
        for (Comparison one : all) {
            assertThat(one.results())
                    .extracting(Backtest.Result::policy)
                    .containsExactly("kpa", "static", "hpa");
            var replay = new Replay(one.trace(), one.model());
            for (Contender contender : contenders) {
                Score alone = replay.run(contender, Watcher.NONE, share -> {});
                Backtest.Result result = one.result(contender.name()).orElseThrow();
                assertThat(result.score()).isEqualTo(alone);
                assertThat(result.ratio())
                        .isEqualTo(alone.instanceHours() / one.optimum().instanceHours());
            }
        }
        assertThat(shares).allMatch(s -> s >= 0 && s <= 1).contains(1.0);
    }

    @Test
    void anInterruptEndsAllRuns() throws InterruptedException {
        var running = new CountDownLatch(1);
        Contender endless =
                Contender.reactive(
                        "endless",
                        model ->
                                new Autoscaler() {
                                    @Override
                                    public int decide(Signals signals) {
                                        running.countDown();
                                        return signals.wanted();
                                    }

                                    @Override
                                    public String reason() {
                                        return "always 1";
                                    }
                                });
        var trace = Trace.of("long", 1e8, new double[] {1, 2});
        var outcome = new AtomicReference<Throwable>();
        Plan plan =
                new Plan(
                        List.of(trace),
                        FleetModel::reference,
                        Optional.empty(),
                        List.of(endless),
                        endless,
                        List.of(),
                        false);
        Thread worker =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                Backtest.run(plan, share -> {});
                            } catch (InterruptedException e) {
                                outcome.set(e);
                            }
                        });
        running.await();
        worker.interrupt();
        worker.join();
        assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void aPolicyThatFailsIsNotPassedOver() {
        Contender broken =
                Contender.reactive(
                        "broken",
                        model -> {
                            throw new IllegalArgumentException("no");
                        });
        assertThatThrownBy(() ->
                        Backtest.run(plan(List.of(trace("t", 3)), List.of(broken)), share -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("no");
    }
}
