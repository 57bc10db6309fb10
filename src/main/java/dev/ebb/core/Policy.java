package dev.ebb.core;

import dev.ebb.core.forecast.Terms;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.LatencyGoal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the operator wants of one service's scaling. Immutable; every field has a default in {@link
 * #DEFAULT} but the range of instances.
 *
 * @param mode whether decisions are carried out
 * @param range fewest and most instances
 * @param targets wanted utilization per resource
 * @param out how quickly capacity is added
 * @param in how patiently it is removed
 * @param trial the rehearsal of a removal
 * @param drain the end of a removal
 * @param start starting and replacing
 * @param objective whether headroom follows from what the load is expected to do, beside the
 *     targets
 * @param bounds what bounds the number of instances besides; empty for nothing
 */
public record Policy(
        Mode mode,
        Range range,
        Targets targets,
        Out out,
        In in,
        Trial trial,
        Drain drain,
        Start start,
        Optional<Objective> objective,
        Optional<Bounds> bounds) {

    public static final Policy DEFAULT =
            new Policy(
                    Mode.AUTOMATIC,
                    new Range(1, 1),
                    Targets.DEFAULT,
                    Out.DEFAULT,
                    In.DEFAULT,
                    Trial.DEFAULT,
                    Drain.DEFAULT,
                    Start.DEFAULT,
                    Optional.empty());

    /** One that nothing else bounds. */
    public Policy(
            Mode mode,
            Range range,
            Targets targets,
            Out out,
            In in,
            Trial trial,
            Drain drain,
            Start start,
            Optional<Objective> objective) {
        this(mode, range, targets, out, in, trial, drain, start, objective, Optional.empty());
    }

    public Policy withRange(Range other) {
        return new Policy(mode, other, targets, out, in, trial, drain, start, objective, bounds);
    }

    public Policy withMode(Mode other) {
        return new Policy(other, range, targets, out, in, trial, drain, start, objective, bounds);
    }

    public Policy withTargets(Targets other) {
        return new Policy(mode, range, other, out, in, trial, drain, start, objective, bounds);
    }

    public Policy withIn(In other) {
        return new Policy(mode, range, targets, out, other, trial, drain, start, objective, bounds);
    }

    public Policy withObjective(Objective other) {
        return new Policy(
                mode, range, targets, out, in, trial, drain, start, Optional.of(other), bounds);
    }

    public Policy withBounds(Bounds other) {
        Optional<Bounds> next = other.equals(Bounds.NONE) ? Optional.empty() : Optional.of(other);
        return new Policy(mode, range, targets, out, in, trial, drain, start, objective, next);
    }

    /** Whether decisions are carried out. */
    public enum Mode {
        /** Decide and record; start, park and stop nothing (failed instances are replaced). */
        OBSERVE,
        /** As {@link #OBSERVE}, but what a person approves is carried out. */
        RECOMMEND,
        AUTOMATIC
    }

    /**
     * Fewest and most instances; {@code 0 <= min <= initial <= max}. With a least number of 0, an
     * idle service has none.
     *
     * @param initial how many are started when there are none yet
     */
    public record Range(int min, int max, int initial) {
        public Range {
            if (min < 0 || initial < min || max < initial) {
                throw new IllegalArgumentException(
                        "0 <= min <= initial <= max: " + min + ", " + initial + ", " + max);
            }
        }

        public Range(int min, int max) {
            this(min, max, min);
        }
    }

    /**
     * Headroom that follows the load's own variability. With it, the targets say what an instance
     * can bear, not what it should be used for in the mean.
     *
     * @param caution how seriously a missed request is taken; see {@link Terms#caution}
     * @param latency what is wanted of the time that requests take; the targets then only count
     *     until it has been seen up to which utilization it is kept
     * @param answered which share of the requests is to be answered
     */
    public record Objective(
            double caution, Optional<LatencyGoal> latency, Optional<AnsweredGoal> answered) {
        /** How much of an instance can be used well, unless something else is known. */
        public static final double USABLE = 0.8;

        /** The same until it has been seen how long requests take. */
        public static final double START = Targets.DEFAULT.cpu();

        public static final Objective DEFAULT = new Objective(Terms.DEFAULT_CAUTION);

        /** One that wants nothing of requests. */
        public Objective(double caution) {
            this(caution, Optional.empty(), Optional.empty());
        }
    }

    /** What is wanted of the requests; nothing without an objective. */
    public Goals goals() {
        return new Goals(
                objective.flatMap(Objective::latency),
                objective.flatMap(Objective::answered),
                targets.cpu());
    }

    /** This with another utilization up to which instances may be used. */
    public Policy withUsable(double usable) {
        return new Policy(
                mode,
                range,
                targets.withUsable(usable),
                out,
                in.withCandidateBelow(Math.max(usable, in.candidateBelow())),
                trial,
                drain,
                start,
                objective,
                bounds);
    }

    /**
     * Wanted utilization, each 0 to 1.
     *
     * @param cpu of the CPU allowed
     * @param concurrency of the declared or learned requests in flight
     * @param memoryGuard above it on any instance nothing is removed
     * @param afterFailure highest utilization of the survivors after a removal and one failure
     * @param queue requests for each instance that may wait for room without consequence; empty for
     *     {@link #QUEUE}
     * @param rate of requests, of one instance; empty when it is no target
     * @param queries of a monitoring system; empty for none
     */
    public record Targets(
            double cpu,
            double concurrency,
            double memoryGuard,
            double afterFailure,
            Optional<Double> queue,
            Optional<RateTarget> rate,
            List<QueryTarget> queries) {
        public static final double QUEUE = 0;

        public static final Targets DEFAULT = new Targets(0.6, 0.7, 0.9, 0.95);

        public Targets {
            queries = List.copyOf(queries);
        }

        /** Without a monitoring system. */
        public Targets(
                double cpu,
                double concurrency,
                double memoryGuard,
                double afterFailure,
                Optional<Double> queue,
                Optional<RateTarget> rate) {
            this(cpu, concurrency, memoryGuard, afterFailure, queue, rate, List.of());
        }

        public Targets withQueries(List<QueryTarget> other) {
            return new Targets(cpu, concurrency, memoryGuard, afterFailure, queue, rate, other);
        }

        /** With the usual number of waiting requests, and any rate. */
        public Targets(double cpu, double concurrency, double memoryGuard, double afterFailure) {
            this(cpu, concurrency, memoryGuard, afterFailure, Optional.empty(), Optional.empty());
        }

        /** With another wanted utilization of what requests use. */
        public Targets withUsable(double usable) {
            return new Targets(
                    usable,
                    usable,
                    memoryGuard,
                    Math.max(usable, afterFailure),
                    queue,
                    rate,
                    queries);
        }
    }

    /**
     * @param window over which load is averaged before it calls for more
     * @param tolerance share by which the target may be exceeded without consequence
     */
    public record Out(Duration window, double tolerance) {
        public static final Out DEFAULT = new Out(Duration.ofSeconds(6), 0.1);
    }

    /**
     * @param window over which load is averaged before it allows fewer
     * @param stabilization the highest need within this time counts
     * @param candidateBelow utilization below which an instance may be let go, 0 to 1
     * @param coverage share of instances with fresh data below which nothing is removed
     * @param freshness age up to which a reading is fresh
     * @param unavailabilityBudget share of the fleet that may be absent at once; at least one is
     * @param hostBusy share of the host's CPU in use above which nothing is removed
     * @param perHour how many may be parked within an hour; empty for any number
     * @param cost what losing an instance is taken to cost
     * @param idle time without a request after which no instance is needed, where that is allowed;
     *     empty for {@link #IDLE}
     */
    public record In(
            Duration window,
            Duration stabilization,
            double candidateBelow,
            double coverage,
            Duration freshness,
            double unavailabilityBudget,
            double hostBusy,
            Optional<PerHour> perHour,
            Cost cost,
            Optional<Duration> idle) {
        public static final Duration IDLE = Duration.ofMinutes(10);

        public In {
            // What an older Ebb remembered has none.
            cost = Objects.requireNonNullElse(cost, Cost.DEFAULT);
        }

        public static final In DEFAULT =
                new In(
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(2),
                        0.5,
                        0.95,
                        Duration.ofSeconds(10),
                        0.25,
                        0.92);

        /** With no limit by the hour, and the usual costs and time of silence. */
        public In(
                Duration window,
                Duration stabilization,
                double candidateBelow,
                double coverage,
                Duration freshness,
                double unavailabilityBudget,
                double hostBusy) {
            this(
                    window,
                    stabilization,
                    candidateBelow,
                    coverage,
                    freshness,
                    unavailabilityBudget,
                    hostBusy,
                    Optional.empty(),
                    Cost.DEFAULT,
                    Optional.empty());
        }

        public In withIdle(Duration time) {
            return new In(
                    window,
                    stabilization,
                    candidateBelow,
                    coverage,
                    freshness,
                    unavailabilityBudget,
                    hostBusy,
                    perHour,
                    cost,
                    Optional.of(time));
        }

        public In withCandidateBelow(double utilization) {
            return new In(
                    window,
                    stabilization,
                    utilization,
                    coverage,
                    freshness,
                    unavailabilityBudget,
                    hostBusy,
                    perHour,
                    cost,
                    idle);
        }

        public In withPerHour(PerHour limit) {
            return new In(
                    window,
                    stabilization,
                    candidateBelow,
                    coverage,
                    freshness,
                    unavailabilityBudget,
                    hostBusy,
                    Optional.of(limit),
                    cost,
                    idle);
        }

        public In withCost(Cost weights) {
            return new In(
                    window,
                    stabilization,
                    candidateBelow,
                    coverage,
                    freshness,
                    unavailabilityBudget,
                    hostBusy,
                    perHour,
                    weights,
                    idle);
        }
    }

    /**
     * Weights of what losing an instance costs; the cheapest is let go first. The unit is what one
     * request in flight costs.
     *
     * @param inFlight each request in flight
     * @param stream each long stream, on top of its being in flight
     * @param warmth an instance that has been warm for ever; one of ten minutes costs half of it
     * @param utilization an instance that is fully used
     * @param slowness what one that takes twice the mean time for a request, or longer, is cheaper
     *     by
     * @param outdated what one is cheaper by that was started with another command than the present
     * @param zone what one is cheaper by whose zone has one instance more than the mean of the
     *     zones, or more, and dearer by whose zone has as many fewer; empty for {@link #ZONE}
     * @param session each session that is bound to it; empty for {@link #SESSION}
     * @param movement one at which all requests are placed that have keys; empty for {@link
     *     #MOVEMENT}
     */
    public record Cost(
            double inFlight,
            double stream,
            double warmth,
            double utilization,
            double slowness,
            double outdated,
            Optional<Double> zone,
            Optional<Double> session,
            Optional<Double> movement) {
        public static final double ZONE = 3;
        public static final double SESSION = 0.2;
        public static final double MOVEMENT = 20;

        public static final Cost DEFAULT = new Cost(1, 4, 2, 1, 1, 4);

        /** With the usual weight of zones. */
        public Cost(
                double inFlight,
                double stream,
                double warmth,
                double utilization,
                double slowness,
                double outdated) {
            this(inFlight, stream, warmth, utilization, slowness, outdated, Optional.empty());
        }

        /** With the usual weights of what ties requests to instances. */
        public Cost(
                double inFlight,
                double stream,
                double warmth,
                double utilization,
                double slowness,
                double outdated,
                Optional<Double> zone) {
            this(
                    inFlight,
                    stream,
                    warmth,
                    utilization,
                    slowness,
                    outdated,
                    zone,
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /**
     * @param shortest trial, however clear the evidence
     * @param longest trial, however thin the evidence
     * @param errorRate of the sequential test: the chance to call harm where there is none, and the
     *     chance to miss it; 0 to 0.5
     */
    public record Trial(Duration shortest, Duration longest, double errorRate) {
        public static final Trial DEFAULT =
                new Trial(Duration.ofSeconds(20), Duration.ofMinutes(3), 0.01);
    }

    /**
     * @param deadline after which {@code then} happens to what is still in flight
     * @param grace from asking an instance to end to ending it by force
     */
    public record Drain(Duration deadline, AtDeadline then, Duration grace) {
        public static final Drain DEFAULT =
                new Drain(Duration.ofMinutes(5), AtDeadline.RESCUE, Duration.ofSeconds(10));
    }

    /** What happens to a draining instance that still has requests at the deadline. */
    public enum AtDeadline {
        /** Wait on. */
        HOLD,
        /** Back into rotation. */
        RESCUE,
        /** Stop it; what is in flight is counted as cut. */
        CUT
    }

    /**
     * @param timeout from spawn to the first good check, after which a start has failed
     * @param backoff before the second replacement in a row; doubles with each
     * @param backoffMax longest wait
     * @param crashLimit failures within {@code crashWindow} after which replacing slows down to
     *     {@code backoffMax}
     * @param replaceAfter how long an instance may be ejected before it is replaced
     */
    public record Start(
            Duration timeout,
            Duration backoff,
            Duration backoffMax,
            int crashLimit,
            Duration crashWindow,
            Duration replaceAfter) {
        public static final Start DEFAULT =
                new Start(
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        5,
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(30));
    }
}
