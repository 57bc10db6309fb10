package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Replay;
import java.util.Arrays;

/**
 * The cheapest fleet that never misses, for somebody who knows the whole load. The layers are
 * independent of each other: layer k is on while the need is at least k. Switching it off for a gap
 * saves the gap and costs one drain and one start, so gaps shorter than those are filled. What was
 * there from the beginning was not started, so a gap before the first need counts against a start
 * alone. As a lower layer's gaps lie within a higher one's, the layers stay nested.
 */
final class Layers {
    private Layers() {}

    /** Instances that serve in each step of the model. */
    static int[] optimum(Replay replay, FleetModel model) {
        var on = new int[replay.steps()];
        int highest = 0;
        for (int i = 0; i < on.length; i++) {
            on[i] = model.need(replay.load(i));
            highest = Math.max(highest, on[i]);
        }
        fill(on, highest, model.startSteps(), model.drainSteps());
        return on;
    }

    /**
     * Raises the valleys that are narrower than a restart.
     *
     * @param on need in each step; changed in place
     * @param highest of all needs
     * @param start steps that a start costs
     * @param drain steps that a drain costs
     */
    static void fill(int[] on, int highest, int start, int drain) {
        // The last step in which each layer was on; before the beginning for those that never were.
        var last = new int[highest + 1];
        Arrays.fill(last, -1);
        int before = on.length > 0 ? on[0] : 0;
        for (int i = 1; i < on.length; i++) {
            int need = on[i];
            for (int layer = before + 1; layer <= need; layer++) {
                int gap = i - last[layer] - 1;
                if (gap < start + (last[layer] < 0 ? 0 : drain)) {
                    raise(on, last[layer] + 1, i, layer);
                }
            }
            for (int layer = need + 1; layer <= before; layer++) {
                last[layer] = i - 1;
            }
            before = need;
        }
    }

    private static void raise(int[] on, int from, int to, int layer) {
        for (int i = from; i < to; i++) {
            on[i] = Math.max(on[i], layer);
        }
    }

    /**
     * Steps of an instance that this costs: what serves, a start for each that was not there from
     * the beginning, and the drains as far as they lie before the end.
     */
    static long cost(int[] on, int start, int drain) {
        long cost = 0;
        int before = on.length > 0 ? on[0] : 0;
        for (int i = 0; i < on.length; i++) {
            cost += on[i];
            cost += (long) Math.max(0, on[i] - before) * start;
            cost += (long) Math.max(0, before - on[i]) * Math.min(drain, on.length - i);
            before = on[i];
        }
        return cost;
    }
}
