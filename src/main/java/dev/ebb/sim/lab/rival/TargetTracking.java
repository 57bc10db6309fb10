package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.Autoscaler;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Signals;
import java.util.Locale;

/**
 * AWS' target tracking on average utilization, with the two alarms that it makes for itself: above
 * the target for 3 periods of 60 s, below 0.9 of it for 15. While an alarm lasts, the group is
 * brought to what is proportional, once a period; what remains of a fraction stays. Nothing is
 * removed while instances start. (AWS' guide names the alarms' lengths; the 0.9 is from alarms that
 * it made.)
 *
 * @param target utilization, of 1
 */
public record TargetTracking(double target) {
    private static final double PERIOD = 60;
    private static final int HIGH = 3;
    private static final int LOW = 15;
    private static final double LOW_SHARE = 0.9;

    public Contender contender(String name) {
        return Contender.reactive(name, model -> new Running(target, model));
    }

    private static final class Running implements Autoscaler {
        private final double target;
        private final int perPeriod;
        private final int perSample;
        private double sum;
        private int samples;
        private double metric;
        private int highs;
        private int lows;

        Running(double target, FleetModel model) {
            this.target = target;
            this.perPeriod = Math.max(1, (int) Math.round(PERIOD / model.step()));
            double window = Math.min(model.signals().window(), PERIOD);
            this.perSample = Math.max(1, (int) Math.round(window / model.step()));
        }

        @Override
        public int decide(Signals signals) {
            if (signals.index() % perSample == 0) {
                sum += signals.utilization();
                samples++;
            }
            if (signals.index() % perPeriod != 0 || samples == 0) {
                return signals.wanted();
            }
            metric = sum / samples;
            sum = 0;
            samples = 0;
            highs = metric > target ? highs + 1 : 0;
            lows = metric < LOW_SHARE * target ? lows + 1 : 0;
            return answer(signals);
        }

        private int answer(Signals signals) {
            int wanted = signals.wanted();
            if (highs >= HIGH) {
                return Math.max(wanted, proportional(signals.ready()));
            }
            if (lows >= LOW && signals.starting() == 0) {
                return Math.min(wanted, proportional(wanted));
            }
            return wanted;
        }

        private int proportional(int instances) {
            return (int) Math.ceil(instances * metric / target - 1e-9);
        }

        @Override
        public String reason() {
            return String.format(
                    Locale.ROOT,
                    "utilization %.0f %% of a target of %.0f %%, %s for %d min",
                    100 * metric,
                    100 * target,
                    highs > 0 ? "above it" : "below 0.9 of it",
                    Math.max(highs, lows));
        }
    }
}
