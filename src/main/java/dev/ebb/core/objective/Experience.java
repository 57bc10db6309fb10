package dev.ebb.core.objective;

import dev.ebb.core.LatencyCounts;
import dev.ebb.core.LatencyPoint;
import dev.ebb.core.Now;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that is remembered of how a service keeps its goals. Fed with stretches of time of a few
 * seconds each; says up to which utilization instances may be used. Immutable, bounded; the same
 * stretches always lead to the same.
 *
 * @param curve what was learned
 * @param recent the newest stretches, at most {@link #RECENT}
 * @param pressure what a goal that is missed just now calls for
 * @param budget of the share of answers; empty without that goal
 * @param allowed utilization by the curve alone
 * @param from the beginning of the stretch that is not over yet
 * @param atNanos the end of the newest stretch
 * @param outdated whether some instance was of another version then
 */
public record Experience(
        Curve curve,
        List<Sight> recent,
        Pressure pressure,
        Optional<Budget> budget,
        Allowed allowed,
        Optional<LatencyPoint> from,
        long atNanos,
        boolean outdated) {

    /** Stretches that make up the present. */
    static final int RECENT = 5;

    /** What another version's requests count for. */
    private static final double OTHER_VERSION = 0.2;

    /** Times as fast as the budget allows at which it is no matter of chance any more. */
    private static final double FAST_BURN = 10;

    public Experience {
        recent = List.copyOf(recent);
    }

    public static Experience fresh(Goals goals) {
        return new Experience(
                Curve.fresh(goals.belowNanos()),
                List.of(),
                Pressure.NONE,
                Optional.empty(),
                Allowed.start(goals.start()),
                Optional.empty(),
                0,
                false);
    }

    /** The same knowledge for these goals; what was counted by another time is of no use. */
    public Experience under(Goals goals) {
        return curve.belowNanos() == goals.belowNanos() ? this : fresh(goals);
    }

    /** A stretch begins here. */
    public Experience from(LatencyPoint point) {
        return new Experience(
                curve, recent, pressure, budget, allowed, Optional.of(point), atNanos, outdated);
    }

    /** With no less allowed than this, unless a goal is missed. */
    public Experience allowingAtLeast(double used) {
        return new Experience(
                curve, recent, pressure, budget, allowed.atLeast(used), from, atNanos, outdated);
    }

    /** After a time in which nothing was observed; what has been learned stays. */
    public Experience afterGap() {
        return new Experience(
                curve,
                List.of(),
                Pressure.NONE,
                budget,
                allowed,
                Optional.empty(),
                atNanos,
                outdated);
    }

    /** Some instance is of another version than before, or none any more. */
    public Experience withOutdated(boolean some, Goals goals) {
        if (some == outdated) {
            return this;
        }
        Curve next = some ? curve.faded(OTHER_VERSION) : curve;
        return new Experience(
                next, recent, pressure, budget, next.allowed(goals), from, atNanos, some);
    }

    /** With one more stretch of time, which ends now. */
    public Experience after(Now now, Sight sight, Goals goals) {
        long nanos = now.monotonicNanos();
        double passed = atNanos == 0 ? 0 : Math.max(0, nanos - atNanos);
        Curve known = curve.later(passed, goals);
        List<Sight> newest = new ArrayList<>(recent);
        newest.add(sight);
        if (newest.size() > RECENT) {
            newest.removeFirst();
        }
        Present present = new Present(newest, goals);
        Pressure next =
                present.misses()
                        ? pressure.missed(present.used(), present.excess(), allowed.used(), known)
                        : sight.telling()
                                ? pressure.kept(sight.seconds(), allowed.used())
                                : pressure;
        Curve learned = known;
        if (next.helpless()) {
            learned = pressure.before().orElse(known);
        } else if (sight.telling() && sight.requests() > 0) {
            learned = known.plus(sight, goals);
        }
        Optional<Budget> left =
                goals.answered()
                        .map(goal ->
                                budget.orElseGet(() -> Budget.fresh(goal, nanos))
                                        .plus(sight, goal, nanos));
        return new Experience(
                learned, newest, next, left, learned.allowed(goals), from, nanos, outdated);
    }

    /** Up to which utilization instances may be used now, in whole percent. */
    public double usable() {
        double cap = pressure.isOn() ? Math.floor(100 * pressure.cap() + 1e-6) / 100 : 1;
        return Math.max(0.05, Math.min(allowed.used(), cap));
    }

    /** What is seen just now. */
    public Present present(Goals goals) {
        return new Present(recent, goals);
    }

    /** The newest stretches together, against the goals. */
    public static final class Present {
        private final List<Sight> sights;
        private final Goals goals;
        private final LatencyCounts latencies;
        private final double requests;
        private final double unanswered;

        private Present(List<Sight> recent, Goals goals) {
            this.sights = recent.stream().filter(Sight::telling).toList();
            this.goals = goals;
            LatencyCounts all = LatencyCounts.empty();
            double ended = 0;
            double bad = 0;
            for (Sight sight : sights) {
                all = all.plus(sight.latencies());
                ended += sight.requests();
                bad += sight.unanswered();
            }
            this.latencies = all;
            this.requests = ended;
            this.unanswered = bad;
        }

        /** Highest utilization. */
        public double used() {
            return sights.stream().mapToDouble(Sight::used).max().orElse(0);
        }

        /** Mean utilization. */
        public double meanUsed() {
            return sights.stream().mapToDouble(Sight::used).average().orElse(0);
        }

        public double requests() {
            return requests;
        }

        /** Of the requests, the failed and the refused ones. */
        public double unanswered() {
            return unanswered;
        }

        public long answers() {
            return latencies.total();
        }

        /** The goal's quantile in nanoseconds; 0 without an answer or a goal. */
        public double quantileNanos() {
            return goals.latency().map(g -> latencies.quantileWithin(g.quantile())).orElse(0.0);
        }

        /**
         * Whether the latency is missed, beyond reasonable doubt, by all stretches or by the newest
         * alone: enough to let nobody go.
         */
        public boolean isSlow() {
            return goals.latency().filter(g -> isMissed(g, g.mayMiss())).isPresent();
        }

        /**
         * Whether it is missed so that more instances are called for. The newest stretch alone is
         * another look at few requests every time, and one look in twenty errs: of a service that
         * is near its goal, one such stretch would soon start what a trial has just proven not to
         * be needed. So on its own it must break the goal as clearly as a trial would have it. What
         * is worse by less shows in all stretches together, one or two later.
         */
        boolean isClearlySlow() {
            return goals.latency()
                    .filter(g -> isMissed(g, Goals.clearlyMissed(g.mayMiss())))
                    .isPresent();
        }

        private boolean isMissed(LatencyGoal goal, double byNewest) {
            return exceeds(latencies, goal, goal.mayMiss())
                    || (!sights.isEmpty() && exceeds(sights.getLast().latencies(), goal, byNewest));
        }

        private static boolean exceeds(LatencyCounts counts, LatencyGoal goal, double share) {
            double slow = counts.slowerThanExactly(goal.belowNanos());
            return Shares.atLeast(slow, (double) counts.total()) > share;
        }

        /** Share of the requests that stay without an answer, over what may. */
        public double burnRate() {
            double share = requests > 0 ? unanswered / requests : 0;
            return goals.answered().map(g -> share / g.mayMiss()).orElse(0.0);
        }

        /** Whether the error budget is burnt much faster than it may, beyond reasonable doubt. */
        public boolean isBurning() {
            double least = Shares.atLeast(unanswered, requests);
            return goals.answered().filter(g -> least > FAST_BURN * g.mayMiss()).isPresent();
        }

        boolean misses() {
            return isClearlySlow() || isBurning();
        }

        /** How many times as much as may be is missed. */
        double excess() {
            double slow =
                    goals.latency()
                            .filter(_ -> latencies.total() > 0)
                            .map(g ->
                                    latencies.slowerThanExactly(g.belowNanos())
                                            / latencies.total()
                                            / g.mayMiss())
                            .orElse(0.0);
            return Math.max(slow, burnRate() / FAST_BURN);
        }
    }
}
