package dev.ebb.sim.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Replay;
import dev.ebb.sim.lab.Score;
import dev.ebb.sim.lab.SignalDelays;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.Watcher;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The optimum is the optimum, and who stays lazy never pays more than three times of it. */
class OptimumTest {

    @Test
    void aGapIsFilledWhenARestartWouldCostMore() {
        int[] on = {3, 1, 1, 3, 1, 1, 1, 1, 3, 0};
        Layers.fill(on, 3, 3, 1);
        // Layers 2 and 3: a gap of two steps is filled, one of four is not; the end is no gap.
        assertThat(on).containsExactly(3, 3, 3, 3, 1, 1, 1, 1, 3, 0);
    }

    @Test
    void eachLayerHasItsOwnGaps() {
        int[] on = {2, 1, 0, 0, 1, 2};
        Layers.fill(on, 2, 3, 1);
        // The first was off for 2 steps, which are filled; the second for 4, which are not.
        assertThat(on).containsExactly(2, 1, 1, 1, 1, 2);
        assertThat(Layers.cost(on, 3, 1)).isEqualTo(8 + 3 + 1);
    }

    @Test
    void theLayersCostWhatAllWaysTogetherCostAtLeast() {
        var chance = new SplittableRandom(1);
        for (int round = 0; round < 2000; round++) {
            int[] need = needs(chance);
            int start = chance.nextInt(0, 6);
            int drain = chance.nextInt(0, 4);
            int[] on = need.clone();
            Layers.fill(on, Arrays.stream(need).max().orElseThrow(), start, drain);
            for (int i = 0; i < need.length; i++) {
                assertThat(on[i]).isGreaterThanOrEqualTo(need[i]);
            }
            assertThat(Layers.cost(on, start, drain))
                    .as("needs %s, start %d, drain %d", Arrays.toString(need), start, drain)
                    .isEqualTo(cheapest(need, start, drain, true));
        }
    }

    @Test
    void lazyProvisioningStaysWithinItsBound() {
        var chance = new SplittableRandom(2);
        double worst = 0;
        for (int round = 0; round < 2000; round++) {
            int[] need = needs(chance);
            int beta = chance.nextInt(1, 8);
            var lcp = new Lcp(beta);
            long cost = 0;
            int before = 0;
            for (int n : need) {
                int now = lcp.next(n);
                assertThat(now).isGreaterThanOrEqualTo(n);
                cost += now + (long) beta * Math.max(0, now - before);
                before = now;
            }
            long best = cheapest(need, beta, 0, false);
            assertThat(cost).isBetween(best, 3 * best);
            worst = Math.max(worst, best == 0 ? 1 : (double) cost / best);
        }
        assertThat(worst).as("the bound is put to a test").isGreaterThan(1.1);
    }

    @Test
    void lazyProvisioningWaitsAsLongAsARestartCosts() {
        var lcp = new Lcp(3);
        int[] need = {2, 0, 0, 0, 0, 0};
        int[] stood = Arrays.stream(need).map(lcp::next).toArray();
        assertThat(stood).containsExactly(2, 2, 2, 2, 0, 0);
    }

    @Test
    void theOraclesFleetCostsWhatItsLayersCost() throws InterruptedException {
        var chance = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            double[] load = Arrays.stream(needs(chance)).asDoubleStream().toArray();
            int start = chance.nextInt(0, 5);
            int drain = chance.nextInt(0, 3);
            var trace = Trace.of("t", 1, load);
            var model = new FleetModel(1, start, drain, 1, 0, 50, 1, SignalDelays.REFERENCE);
            var replay = new Replay(trace, model);
            int[] on = Layers.optimum(replay, model);
            Score score = replay.run(Clairvoyant.oracle(), Watcher.NONE, share -> {});
            assertThat(score.missedPercent()).isZero();
            long steps = Math.round(score.instanceHours() * 3600);
            assertThat(steps).isEqualTo(Layers.cost(on, start, drain));
            assertThat(score.instanceHours())
                    .isLessThanOrEqualTo(
                            replay.run(Clairvoyant.peak(), Watcher.NONE, share -> {})
                                    .instanceHours());
        }
    }

    @Test
    void theHighestOfAWindow() {
        var chance = new SplittableRandom(4);
        int[] values = chance.ints(500, 0, 20).toArray();
        for (int width : new int[] {1, 2, 7, 600}) {
            var highest = new Highest(width);
            for (int i = 0; i < values.length; i++) {
                int expected =
                        Arrays.stream(values, Math.max(0, i - width + 1), i + 1)
                                .max()
                                .orElseThrow();
                assertThat(highest.add(values[i])).isEqualTo(expected);
            }
        }
    }

    private static int[] needs(SplittableRandom chance) {
        int top = chance.nextInt(1, 6);
        return chance.ints(chance.nextInt(2, 30), 0, top + 1).toArray();
    }

    /** All ways, state by state. */
    private static long cheapest(int[] need, int up, int down, boolean freeBeginning) {
        int states = Arrays.stream(need).max().orElseThrow() + 1;
        var cost = new long[states];
        for (int x = 0; x < states; x++) {
            cost[x] = freeBeginning || x == 0 ? 0 : Integer.MAX_VALUE;
        }
        for (int i = 0; i < need.length; i++) {
            var next = new long[states];
            Arrays.fill(next, Integer.MAX_VALUE);
            for (int x = need[i]; x < states; x++) {
                for (int y = 0; y < states; y++) {
                    int stop = Math.min(down, need.length - i);
                    long move = (long) up * Math.max(0, x - y) + (long) stop * Math.max(0, y - x);
                    next[x] = Math.min(next[x], cost[y] + move + x);
                }
            }
            cost = next;
        }
        return Arrays.stream(cost).min().orElseThrow();
    }
}
