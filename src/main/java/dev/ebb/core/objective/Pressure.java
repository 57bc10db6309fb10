package dev.ebb.core.objective;

import java.util.Optional;

/**
 * What a goal that is missed just now calls for, whatever was learned: less use of each instance,
 * by a factor, and again once that has come and did not do (as TCP backs off; Chiu and Jain, 1989);
 * when it is kept again, by small steps back. Where fewer requests for each instance have changed
 * nothing, or where instances are hardly used, more of them would not help. Immutable.
 *
 * @param cap utilization that is allowed for now
 * @param usedThen utilization at which the cap was set
 * @param excessThen how many times as much as may be was missed then
 * @param vain how often in a row a lower utilization has changed nothing
 * @param helpless whether utilization is not to blame; nothing is tried until the goal is kept
 *     again or instances are used clearly more than then
 * @param before what was known before it began: what is no matter of utilization teaches nothing
 */
public record Pressure(
        double cap,
        double usedThen,
        double excessThen,
        int vain,
        boolean helpless,
        Optional<Curve> before) {
    static final Pressure NONE = new Pressure(1, 0, 0, 0, false, Optional.empty());

    /** Below it, it is not utilization that makes requests slow. */
    static final double HARDLY_USED = 0.3;

    private static final double BACK_OFF = 0.85;
    private static final double RECOVERS_PER_SECOND = 0.01 / 60;

    /** Part of its former utilization below which an instance has been relieved. */
    private static final double RELIEVED = 0.95;

    /** Part of the former excess that is an improvement. */
    private static final double BETTER = 0.75;

    private static final int VAIN_MAX = 2;

    /** Times as much as then at which utilization may be to blame after all. */
    private static final double BUSIER = 1.2;

    /** Whether the cap says anything. */
    public boolean isOn() {
        return usedThen > 0 && !helpless;
    }

    /** The goal is kept. */
    Pressure kept(double seconds, double allowed) {
        if (!isOn()) {
            return NONE;
        }
        double next = cap + seconds * RECOVERS_PER_SECOND;
        return next >= allowed ? NONE : new Pressure(next, usedThen, excessThen, 0, false, before);
    }

    /**
     * The goal is missed.
     *
     * @param used highest utilization in the stretches that say so
     * @param excess how many times as much as may be is missed
     * @param allowed utilization by what was learned; above it, sizing does its work already
     * @param known what was learned before
     */
    Pressure missed(double used, double excess, double allowed, Curve known) {
        if (used < HARDLY_USED) {
            return helpless(used);
        }
        if (helpless && used <= BUSIER * usedThen) {
            return this;
        }
        if (!isOn()) {
            return used > allowed
                    ? NONE
                    : new Pressure(BACK_OFF * used, used, excess, 0, false, Optional.of(known));
        }
        if (used > RELIEVED * usedThen) {
            return this;
        }
        int next = excess <= BETTER * excessThen ? 0 : vain + 1;
        return next >= VAIN_MAX
                ? helpless(used)
                : new Pressure(BACK_OFF * used, used, excess, next, false, before);
    }

    private static Pressure helpless(double used) {
        return new Pressure(1, used, 0, 0, true, Optional.empty());
    }

    /** Whether more instances are of no use because those that are there are hardly used. */
    public boolean isUnused() {
        return helpless && usedThen < HARDLY_USED;
    }
}
