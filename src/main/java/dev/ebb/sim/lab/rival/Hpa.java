package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.Autoscaler;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Signals;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A HorizontalPodAutoscaler (autoscaling/v2) with its controller, in the order in which that works:
 * metrics, stabilization, limits. Sources: Kubernetes' {@code pkg/controller/podautoscaler}.
 *
 * <p>In the lab a pod counts as unready while it starts and as ready from then on; all have
 * samples. A resource's utilization is that of the load, as the metrics pipeline gives it.
 *
 * @param metrics the largest wish wins
 * @param behavior if {@code spec.behavior} is set
 * @param min if not the model's
 * @param max if not the model's
 * @param sync seconds between two looks; the flag's default is 15
 * @param stabilization seconds, for scaling in without a behaviour; the flag's default is 300
 * @param tolerance the flag's default is 0.1
 */
public record Hpa(
        List<Metric> metrics,
        Optional<HpaBehavior> behavior,
        OptionalInt min,
        OptionalInt max,
        double sync,
        double stabilization,
        double tolerance) {

    public Hpa {
        metrics = List.copyOf(metrics);
        if (metrics.isEmpty()) {
            throw new IllegalArgumentException("an HPA needs a metric");
        }
    }

    /** With this target for the utilization, in percent, and nothing else said. */
    public static Hpa at(int percent) {
        return of(List.of(new Metric.Utilization(percent)), Optional.empty());
    }

    /** With the controller's default flags, and the model's range. */
    public static Hpa of(List<Metric> metrics, Optional<HpaBehavior> behavior) {
        return new Hpa(metrics, behavior, OptionalInt.empty(), OptionalInt.empty(), 15, 300, 0.1);
    }

    /** What it looks at, and its target. */
    public sealed interface Metric {
        /** A resource of the pods, in percent of what they request. */
        record Utilization(int percent) implements Metric {}

        /** The load that a pod has, as pods measure it, in the trace's unit. */
        record PodsAverage(double load) implements Metric {}

        /** The whole load, measured outside, for each pod. */
        record TotalAverage(double load) implements Metric {}

        /** The whole load, measured outside, with a target for the whole. */
        record TotalValue(double load) implements Metric {}
    }

    public Contender contender(String name) {
        return Contender.reactive(name, model -> new Running(this, model));
    }

    private static final class Running implements Autoscaler {
        private final Hpa hpa;
        private final FleetModel model;
        private final HpaCalculator calculator;
        private final int min;
        private final int max;
        private final int every;
        private final Recommendations recommendations;
        private final ScaleEvents ups;
        private final ScaleEvents downs;
        private boolean begun;
        private int current;
        private int desired;
        private int stabilized;
        private int answer;
        private int percent;

        Running(Hpa hpa, FleetModel model) {
            this.hpa = hpa;
            this.model = model;
            this.min = hpa.min.orElse(model.min());
            this.max = Math.max(min, hpa.max.orElse(model.max()));
            this.every = Math.max(1, (int) Math.round(hpa.sync / model.step()));
            this.calculator = calculator(hpa);
            int memory =
                    hpa.behavior
                            .map(b -> Math.max(b.up().window(), b.down().window()))
                            .orElse((int) Math.ceil(hpa.stabilization));
            this.recommendations = new Recommendations(memory);
            int longest =
                    hpa.behavior
                            .map(b -> Math.max(b.up().longestPeriod(), b.down().longestPeriod()))
                            .orElse(0);
            this.ups = new ScaleEvents(longest);
            this.downs = new ScaleEvents(longest);
        }

        private static HpaCalculator calculator(Hpa hpa) {
            double down =
                    hpa.behavior
                            .map(b -> b.down().tolerance().orElse(hpa.tolerance))
                            .orElse(hpa.tolerance);
            double up =
                    hpa.behavior
                            .map(b -> b.up().tolerance().orElse(hpa.tolerance))
                            .orElse(hpa.tolerance);
            return new HpaCalculator(down, up);
        }

        @Override
        public int decide(Signals signals) {
            if (signals.index() % every != 0) {
                return signals.wanted();
            }
            current = signals.wanted();
            if (!begun) {
                begun = true;
                // After a restart of the controller: nothing below what stands, for one window.
                recommendations.add(signals.now(), current);
            }
            answer = reconcile(signals);
            return answer;
        }

        private int reconcile(Signals signals) {
            desired = current;
            stabilized = current;
            if (current == 0 && min > 0) {
                return min;
            }
            if (current > max || current < min) {
                return Math.clamp(current, min, max);
            }
            desired = wanted(signals);
            if (desired < 0) {
                desired = current;
                return current;
            }
            return hpa.behavior.isPresent()
                    ? withBehavior(hpa.behavior.get(), signals.now())
                    : legacy(signals.now());
        }

        private int withBehavior(HpaBehavior behavior, double now) {
            stabilized =
                    recommendations.stabilized(
                            current,
                            desired,
                            behavior.up().window(),
                            behavior.down().window(),
                            now);
            recommendations.add(now, desired);
            int next =
                    HpaLimits.behavior(behavior, current, stabilized, min, max, ups, downs, now)
                            .replicas();
            if (next > current) {
                ups.add(now, next - current);
            } else if (next < current) {
                downs.add(now, current - next);
            }
            return next;
        }

        private int legacy(double now) {
            stabilized = recommendations.highest(desired, hpa.stabilization, now);
            recommendations.add(now, desired);
            return HpaLimits.legacy(current, stabilized, min, max).replicas();
        }

        private int wanted(Signals signals) {
            int most = HpaCalculator.INVALID;
            for (Metric metric : hpa.metrics) {
                most = Math.max(most, wanted(metric, signals));
            }
            return most;
        }

        private int wanted(Metric metric, Signals signals) {
            int ready = signals.ready();
            int unready = signals.starting();
            return switch (metric) {
                case Metric.Utilization resource -> {
                    HpaPods pods = HpaPods.equal(ready, signals.utilization(), unready);
                    percent = HpaCalculator.utilization(pods);
                    yield calculator.resource(current, resource.percent(), pods);
                }
                case Metric.PodsAverage each -> {
                    double busy = signals.utilization() * model.capacity();
                    long sum = milli(busy * ready);
                    var pods = new HpaPods(ready, sum, 0, 0, 0, 0, 0, 0);
                    yield calculator.pods(current, milli(each.load()), pods);
                }
                case Metric.TotalAverage each ->
                        calculator.averageValue(current, milli(each.load()), milli(signals.load()));
                case Metric.TotalValue whole ->
                        calculator.value(
                                current, milli(whole.load()), milli(signals.load()), ready);
            };
        }

        private static long milli(double load) {
            return Math.round(load * 1000);
        }

        @Override
        public String reason() {
            String seen = percent > 0 ? "utilization " + percent + " %" : "the metric";
            String text = String.format(Locale.ROOT, "%s asks for %d", seen, desired);
            if (stabilized != desired) {
                text += "; over the stabilization window " + stabilized;
            }
            if (answer != stabilized) {
                text += "; limited to " + answer;
            }
            return text;
        }
    }
}
