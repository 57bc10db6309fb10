package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.rival.HpaBehavior.Kind;
import dev.ebb.sim.lab.rival.HpaBehavior.Policy;
import dev.ebb.sim.lab.rival.HpaBehavior.Rules;
import dev.ebb.sim.lab.rival.HpaBehavior.Select;

/**
 * How far an HPA may go in one step: its behaviour's policies, or the limits from before there was
 * such a thing. Pure.
 */
final class HpaLimits {
    private HpaLimits() {}

    /** Which limit an answer ran into, by the names of the HPA's conditions. */
    enum Condition {
        DESIRED_WITHIN_RANGE,
        TOO_FEW_REPLICAS,
        TOO_MANY_REPLICAS,
        SCALE_UP_LIMIT,
        SCALE_DOWN_LIMIT
    }

    /** A number of replicas, and what limited it. */
    record Limited(int replicas, Condition condition) {}

    /**
     * By the policies of a behaviour.
     *
     * @param ups what was added, and when
     * @param downs what was removed
     * @param now seconds
     */
    static Limited behavior(
            HpaBehavior behavior,
            int current,
            int desired,
            int min,
            int max,
            ScaleEvents ups,
            ScaleEvents downs,
            double now) {
        if (desired > current) {
            int up = Math.max(current, upLimit(behavior.up(), current, ups, downs, now));
            int limit = Math.min(max, up);
            return new Limited(
                    Math.min(desired, limit),
                    desired <= limit
                            ? Condition.DESIRED_WITHIN_RANGE
                            : max > up ? Condition.SCALE_UP_LIMIT : Condition.TOO_MANY_REPLICAS);
        }
        if (desired < current) {
            int down = Math.min(current, downLimit(behavior.down(), current, ups, downs, now));
            int limit = Math.max(min, down);
            return new Limited(
                    Math.max(desired, limit),
                    desired >= limit
                            ? Condition.DESIRED_WITHIN_RANGE
                            : min < down ? Condition.SCALE_DOWN_LIMIT : Condition.TOO_FEW_REPLICAS);
        }
        return new Limited(desired, Condition.DESIRED_WITHIN_RANGE);
    }

    private static int upLimit(
            Rules rules, int current, ScaleEvents ups, ScaleEvents downs, double now) {
        if (rules.select() == Select.DISABLED) {
            return current;
        }
        boolean least = rules.select() == Select.MIN;
        int limit = least ? Integer.MAX_VALUE : Integer.MIN_VALUE;
        for (Policy policy : rules.policies()) {
            double start = start(policy, current, ups, downs, now);
            double allowed =
                    policy.kind() == Kind.PODS
                            ? start + policy.value()
                            : Math.ceil(start * (1 + policy.value() / 100.0));
            limit = least ? Math.min(limit, (int) allowed) : Math.max(limit, (int) allowed);
        }
        return limit;
    }

    private static int downLimit(
            Rules rules, int current, ScaleEvents ups, ScaleEvents downs, double now) {
        if (rules.select() == Select.DISABLED) {
            return current;
        }
        boolean least = rules.select() == Select.MIN;
        int limit = least ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        for (Policy policy : rules.policies()) {
            double start = start(policy, current, ups, downs, now);
            // The conversion truncates towards zero, so at least the percentage goes.
            int allowed =
                    policy.kind() == Kind.PODS
                            ? (int) start - policy.value()
                            : (int) (start * (1 - policy.value() / 100.0));
            limit = least ? Math.max(limit, allowed) : Math.min(limit, allowed);
        }
        return limit;
    }

    private static double start(
            Policy policy, int current, ScaleEvents ups, ScaleEvents downs, double now) {
        double since = now - policy.period();
        return current - ups.after(since) + downs.after(since);
    }

    /** Without a behaviour: twice as many or 4, whichever is more; downwards there is no limit. */
    static Limited legacy(int current, int desired, int min, int max) {
        int up = Math.max(2 * current, 4);
        if (desired < min) {
            return new Limited(min, Condition.TOO_FEW_REPLICAS);
        }
        int limit = Math.min(max, up);
        if (desired > limit) {
            return new Limited(
                    limit, max > up ? Condition.SCALE_UP_LIMIT : Condition.TOO_MANY_REPLICAS);
        }
        return new Limited(desired, Condition.DESIRED_WITHIN_RANGE);
    }
}
