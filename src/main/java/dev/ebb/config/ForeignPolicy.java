package dev.ebb.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** What another autoscaler's manifest asks for, in plain figures. Immutable. */
public sealed interface ForeignPolicy {

    /** The manifest's own name; empty when it has none. */
    String name();

    /**
     * A HorizontalPodAutoscaler, or what KEDA makes one of.
     *
     * @param min fewest replicas, if said
     * @param max most replicas, if said
     */
    record Hpa(
            String name,
            OptionalInt min,
            OptionalInt max,
            List<Metric> metrics,
            Optional<Behavior> behavior)
            implements ForeignPolicy {
        public Hpa {
            metrics = List.copyOf(metrics);
        }
    }

    /** What a metric's target is compared with. */
    enum Of {
        /** Percent of the requested CPU. */
        UTILIZATION,
        /** The load of a pod, as pods report it. */
        PODS_AVERAGE,
        /** The whole load, divided by the pods. */
        TOTAL_AVERAGE,
        /** The whole load. */
        TOTAL
    }

    /**
     * @param target percent, or load in the metric's unit
     */
    record Metric(Of of, double target) {}

    /** {@code spec.behavior}; a direction that is not there has its defaults. */
    record Behavior(Optional<Rules> up, Optional<Rules> down) {}

    /**
     * @param select Max, Min or Disabled
     * @param policies empty for the defaults
     * @param window stabilization in seconds, if said
     * @param tolerance share, if said
     */
    record Rules(String select, List<Step> policies, OptionalInt window, OptionalDouble tolerance) {
        public Rules {
            policies = List.copyOf(policies);
        }
    }

    /**
     * @param percent of what stands, or pods
     * @param period seconds
     */
    record Step(boolean percent, int value, int period) {}

    /**
     * A Knative revision's annotations; what is not said has the defaults of an installation.
     *
     * @param hpa whether its class hands it to an HPA, with {@code target} as percent
     * @param target load of a pod
     * @param limit {@code containerConcurrency}
     * @param utilization share of the target, 0 to 1
     * @param window stable window in seconds
     * @param panicPercent panic window in percent of the stable one
     * @param panicThreshold percent
     * @param delay before scaling in, seconds
     * @param retention of the last pod, seconds
     */
    record Knative(
            String name,
            boolean hpa,
            OptionalDouble target,
            OptionalDouble limit,
            OptionalDouble utilization,
            OptionalDouble window,
            OptionalDouble panicPercent,
            OptionalDouble panicThreshold,
            OptionalDouble delay,
            OptionalDouble retention,
            OptionalInt activation,
            OptionalInt min,
            OptionalInt max)
            implements ForeignPolicy {}
}
