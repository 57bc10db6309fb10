package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.Autoscaler;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Signals;
import java.util.Arrays;

/**
 * Lazy capacity provisioning (Lin, Wierman, Andrew, Thereska: "Dynamic right-sizing for
 * power-proportional data centers", INFOCOM 2011): stay where you are unless it lies outside of two
 * bounds. The lower one is where the cheapest way through all that has been would end now if
 * starting costs; the upper one, if stopping costs. Costs at most 3 times the optimum.
 *
 * <p>An instance costs 1 a step, fewer than the need are not allowed, and a start costs as many
 * steps as a start and a drain take. It sees the need of the step before, and starts take their
 * time: what the bound says of misses does not hold here.
 */
public final class Lcp {
    /** More than any way can cost, and far from overflow. */
    private static final long NEVER = 1L << 60;

    private final long beta;
    private long[] up = new long[2];
    private long[] down = new long[2];
    private int states = 2;
    private int lower;
    private int upper;
    private int now;

    /**
     * @param beta cost of a start, in what an instance costs in one step
     */
    Lcp(int beta) {
        this.beta = beta;
        // Before the first step nothing stands.
        up[1] = beta;
        down[1] = 0;
    }

    public static Contender contender() {
        return Contender.reactive("lcp", Running::new);
    }

    /** How many should stand in a step that needs this many. */
    int next(int need) {
        grow(need + 1);
        lower = lowest(need);
        upper = highest(need);
        now = Math.max(lower, Math.min(now, upper));
        return now;
    }

    /** One more step by which starts are paid for; the smallest of the cheapest ends. */
    private int lowest(int need) {
        // Going down is free: the cheapest of what is above counts.
        for (int x = states - 2; x >= 0; x--) {
            up[x] = Math.min(up[x], up[x + 1]);
        }
        long before = NEVER;
        long best = Long.MAX_VALUE;
        int end = 0;
        for (int x = 0; x < states; x++) {
            before = Math.min(up[x], before + beta);
            up[x] = x < need ? NEVER : before + x;
            if (up[x] < best) {
                best = up[x];
                end = x;
            }
        }
        return end;
    }

    /** One more step by which stops are paid for; the largest of the cheapest ends. */
    private int highest(int need) {
        for (int x = 1; x < states; x++) {
            down[x] = Math.min(down[x], down[x - 1]);
        }
        long after = NEVER;
        long best = Long.MAX_VALUE;
        int end = 0;
        for (int x = states - 1; x >= 0; x--) {
            after = Math.min(down[x], after + beta);
            down[x] = x < need ? NEVER : after + x;
            if (down[x] < best) {
                best = down[x];
                end = x;
            }
        }
        return end;
    }

    /** A state that was not there before costs what going there would have. */
    private void grow(int wanted) {
        if (wanted <= states) {
            return;
        }
        if (wanted > up.length) {
            up = Arrays.copyOf(up, 2 * wanted);
            down = Arrays.copyOf(down, 2 * wanted);
        }
        for (int x = states; x < wanted; x++) {
            up[x] = up[x - 1] + beta;
            down[x] = down[x - 1];
        }
        states = wanted;
    }

    int lower() {
        return lower;
    }

    int upper() {
        return upper;
    }

    private static final class Running implements Autoscaler {
        private final FleetModel model;
        private final Lcp lcp;

        Running(FleetModel model) {
            this.model = model;
            this.lcp = new Lcp(model.startSteps() + model.drainSteps());
        }

        @Override
        public int decide(Signals signals) {
            return lcp.next(model.need(signals.load()));
        }

        @Override
        public String reason() {
            return "between the bounds "
                    + lcp.lower()
                    + " and "
                    + lcp.upper()
                    + ", as near as may be";
        }
    }
}
