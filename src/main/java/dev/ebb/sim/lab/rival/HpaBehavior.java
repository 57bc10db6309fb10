package dev.ebb.sim.lab.rival;

import java.util.List;
import java.util.OptionalDouble;

/**
 * {@code spec.behavior} of a HorizontalPodAutoscaler. Immutable.
 *
 * @param up for scaling out
 * @param down for scaling in
 */
public record HpaBehavior(Rules up, Rules down) {

    /** What applies where a behaviour is set and says nothing else. */
    public static final HpaBehavior DEFAULT =
            new HpaBehavior(
                    new Rules(
                            Select.MAX,
                            List.of(
                                    new Policy(Kind.PODS, 4, 15),
                                    new Policy(Kind.PERCENT, 100, 15)),
                            0,
                            OptionalDouble.empty()),
                    new Rules(
                            Select.MAX,
                            List.of(new Policy(Kind.PERCENT, 100, 15)),
                            300,
                            OptionalDouble.empty()));

    /** Which of several policies counts. */
    public enum Select {
        /** The one that allows the largest change. */
        MAX,
        /** The one that allows the smallest. */
        MIN,
        /** None: no change in this direction. */
        DISABLED
    }

    /** What a policy's value counts. */
    public enum Kind {
        PODS,
        PERCENT
    }

    /**
     * @param value pods, or percent of those that stood at the period's beginning
     * @param period seconds
     */
    public record Policy(Kind kind, int value, int period) {}

    /**
     * @param window stabilization in seconds
     * @param tolerance if not the flag's
     */
    public record Rules(
            Select select, List<Policy> policies, int window, OptionalDouble tolerance) {
        public Rules {
            policies = List.copyOf(policies);
        }

        int longestPeriod() {
            return policies.stream().mapToInt(Policy::period).max().orElse(0);
        }
    }
}
