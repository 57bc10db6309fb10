package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.Autoscaler;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Signals;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A Knative revision's settings for its autoscaler, by the names of the {@code config-autoscaler}
 * map; with {@link #at} those of a fresh installation. Immutable.
 *
 * @param perInstance load that an instance may have, in the trace's unit; if not its capacity
 * @param utilization share of that which it should have
 * @param stableWindow seconds
 * @param panicPercent length of the panic window in percent of the stable one
 * @param panicThreshold panic when the panic window wants this many percent of what is ready
 * @param maxUp factor by which one decision may go up
 * @param maxDown factor by which it may go down
 * @param scaleDownDelay seconds
 * @param activationScale instances that are started at least, when any are
 * @param retention seconds for which the last pod stays without load; with a minimum of 0
 * @param min if not the model's
 * @param max if not the model's
 */
public record Kpa(
        OptionalDouble perInstance,
        double utilization,
        double stableWindow,
        double panicPercent,
        double panicThreshold,
        double maxUp,
        double maxDown,
        double scaleDownDelay,
        int activationScale,
        double retention,
        OptionalInt min,
        OptionalInt max) {

    /** {@code scale-to-zero-grace-period} of a fresh installation, seconds. */
    private static final double GRACE = 30;

    /** A fresh installation's, with this share of an instance's capacity as the target. */
    public static Kpa at(double utilization) {
        return new Kpa(
                OptionalDouble.empty(),
                utilization,
                60,
                10,
                200,
                1000,
                2,
                0,
                1,
                0,
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    public Contender contender(String name) {
        return Contender.reactive(name, model -> new Running(this, model));
    }

    /** Concurrency is the load that is offered; its averages are those of buckets of a second. */
    private static final class Running implements Autoscaler {
        private final Kpa kpa;
        private final KpaScaler scaler;
        private final double step;
        private final double panicWindow;
        private final int every;
        private final int min;
        private final int max;
        private final KpaZero zero;
        private final double[] loads;
        private long count;
        private double stable;
        private double panic;
        private int answer;

        Running(Kpa kpa, FleetModel model) {
            this.kpa = kpa;
            this.step = model.step();
            this.panicWindow = Math.max(1, Math.rint(kpa.stableWindow * kpa.panicPercent / 100));
            this.every = Math.max(1, (int) Math.round(KpaScaler.TICK / step));
            this.min = kpa.min.orElse(model.min());
            this.max = Math.max(min, kpa.max.orElse(model.max()));
            this.zero = new KpaZero(kpa.stableWindow, GRACE, kpa.retention);
            this.loads = new double[(int) Math.ceil(kpa.stableWindow / step) + 1];
            double total = kpa.perInstance.orElse(model.capacity());
            this.scaler =
                    new KpaScaler(
                            new KpaScaler.Settings(
                                    total * kpa.utilization,
                                    total,
                                    0,
                                    kpa.panicThreshold / 100,
                                    kpa.maxUp,
                                    kpa.maxDown,
                                    kpa.stableWindow,
                                    kpa.scaleDownDelay,
                                    kpa.activationScale,
                                    true),
                            1,
                            0);
        }

        @Override
        public int decide(Signals signals) {
            boolean waits = signals.wanted() == 0 && signals.load() > 0;
            if (waits) {
                // The activator reports it at once, and all that it has is of now.
                count = 0;
            }
            loads[(int) (count++ % loads.length)] = signals.load();
            if (signals.index() % every != 0 && !waits) {
                return signals.wanted();
            }
            stable = mean(kpa.stableWindow);
            panic = mean(panicWindow);
            int desired = scaler.desired(signals.now(), signals.ready(), stable, panic);
            int bounded = Math.clamp(desired, min, max);
            answer = zero.applied(signals.now(), bounded, signals.wanted());
            return answer;
        }

        /** Over the last so many seconds, or over what there is. */
        private double mean(double window) {
            double sum = 0;
            double left = Math.min(window, count * step);
            double all = left;
            for (int age = 1; left > 0; age++) {
                double part = Math.min(left, step);
                sum += part * loads[(int) ((count - age) % loads.length)];
                left -= part;
            }
            return sum / all;
        }

        @Override
        public String reason() {
            return String.format(
                    Locale.ROOT,
                    "%s%s: mean load %.4g over %.0f s, %.4g over %.0f s, asks for %d",
                    scaler.isPanicking() ? "panic" : "stable",
                    zero.state(),
                    stable,
                    kpa.stableWindow,
                    panic,
                    panicWindow,
                    answer);
        }
    }
}
