package dev.ebb.config;

import dev.ebb.core.Bounds;
import dev.ebb.core.PerHour;
import dev.ebb.core.Policy;
import dev.ebb.core.Policy.AtDeadline;
import dev.ebb.core.Policy.Cost;
import dev.ebb.core.Policy.Drain;
import dev.ebb.core.Policy.In;
import dev.ebb.core.Policy.Mode;
import dev.ebb.core.Policy.Out;
import dev.ebb.core.Policy.Start;
import dev.ebb.core.Policy.Targets;
import dev.ebb.core.Policy.Trial;
import dev.ebb.core.RateTarget;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys below {@code policy}: when capacity is added and let go. Defaults are the core's. */
final class PolicySchema {
    private PolicySchema() {}

    private static final Kind<Duration> TIME = Kinds.duration(Duration.ZERO, Duration.ofHours(24));
    private static final Kind<Duration> SOME =
            Kinds.duration(Duration.ofMillis(100), Duration.ofHours(24));
    private static final Kind<Double> SHARE = Kinds.share(0, 1);
    private static final Kind<Double> TARGET = Kinds.share(0.01, 1);

    private static final Key<Double> TARGET_CPU =
            Key.of(
                    "cpu",
                    TARGET,
                    Targets.DEFAULT.cpu(),
                    "Wanted share of the CPU that an instance may use.");
    private static final Key<Double> TARGET_CONCURRENCY =
            Key.of(
                    "concurrency",
                    TARGET,
                    Targets.DEFAULT.concurrency(),
                    "Wanted share of the requests in flight that an instance bears.");
    private static final Key<Double> MEMORY_GUARD =
            Key.of(
                    "memory-guard",
                    TARGET,
                    Targets.DEFAULT.memoryGuard(),
                    "While any instance uses more of its memory than this, none is let go.");
    private static final Key<Double> AFTER_FAILURE =
            Key.of(
                    "after-failure",
                    TARGET,
                    Targets.DEFAULT.afterFailure(),
                    "Highest utilization that those who stay may reach if one of them fails.");
    private static final Key<Double> TARGET_QUEUE =
            Key.of(
                    "queue",
                    Kinds.decimal(0, 100_000),
                    Targets.QUEUE,
                    "With `balance.limit`: how many requests for each instance may wait for room"
                            + " without a call for more instances, beside `out.tolerance`.");
    private static final Key<RateTarget> TARGET_RATE =
            Key.optional(
                    "rate",
                    PerSecondKind.RATE,
                    "Wanted requests a second of one instance; `learned` for as many as take the"
                            + " wanted share of its CPU, as it is seen to. Without it requests a"
                            + " second do not size the service.");
    static final Section<Targets> TARGETS =
            new Section<>(
                    List.of(
                            TARGET_CPU,
                            TARGET_CONCURRENCY,
                            TARGET_QUEUE,
                            TARGET_RATE,
                            QuerySchema.QUERIES,
                            MEMORY_GUARD,
                            AFTER_FAILURE),
                    (v, problems) ->
                            new Targets(
                                    v.of(TARGET_CPU),
                                    v.of(TARGET_CONCURRENCY),
                                    v.of(MEMORY_GUARD),
                                    v.of(AFTER_FAILURE),
                                    v.given(TARGET_QUEUE),
                                    v.given(TARGET_RATE),
                                    QuerySchema.read(v, problems)));

    private static final Key<Duration> OUT_WINDOW =
            Key.of(
                    "window",
                    SOME,
                    Out.DEFAULT.window(),
                    "Load is averaged over this before it calls for more instances.");
    private static final Key<Double> TOLERANCE =
            Key.of(
                    "tolerance",
                    SHARE,
                    Out.DEFAULT.tolerance(),
                    "A target may be exceeded by this share of it without consequence.");
    static final Section<Out> OUT =
            new Section<>(
                    List.of(OUT_WINDOW, TOLERANCE),
                    (v, problems) -> new Out(v.of(OUT_WINDOW), v.of(TOLERANCE)));

    private static final Key<Duration> IN_WINDOW =
            Key.of(
                    "window",
                    SOME,
                    In.DEFAULT.window(),
                    "Load is averaged over this before it allows fewer instances.");
    private static final Key<Duration> STABILIZATION =
            Key.of(
                    "stabilization",
                    TIME,
                    In.DEFAULT.stabilization(),
                    "The highest need within this time counts.");
    private static final Key<Double> CANDIDATE_BELOW =
            Key.of(
                    "candidate-below",
                    SHARE,
                    In.DEFAULT.candidateBelow(),
                    "Only an instance with a utilization below this may be let go.");
    private static final Key<Double> COVERAGE =
            Key.of(
                    "coverage",
                    SHARE,
                    In.DEFAULT.coverage(),
                    "Nothing is let go while fewer instances than this share report.");
    static final Key<Duration> FRESHNESS =
            Key.of(
                    "freshness",
                    SOME,
                    In.DEFAULT.freshness(),
                    "A reading older than this counts as missing.");
    private static final Key<Double> BUDGET =
            Key.of(
                    "unavailability-budget",
                    SHARE,
                    In.DEFAULT.unavailabilityBudget(),
                    "Share of the instances that may be absent at once, for any reason; one always"
                            + " may.");
    private static final Key<Double> HOST_BUSY =
            Key.of(
                    "host-busy",
                    TARGET,
                    In.DEFAULT.hostBusy(),
                    "While more of the machine's CPU is in use than this, nothing is let go.");
    private static final Key<PerHour> PER_HOUR =
            Key.optional(
                    "per-hour",
                    new PerHourKind(),
                    "At most so many instances, or this share of them, are parked within any hour."
                            + " Rescue and replacement are not limited. Without it any number.");
    private static final Kind<Double> WEIGHT = Kinds.decimal(0, 1000);
    private static final Key<Double> COST_IN_FLIGHT =
            Key.of(
                    "in-flight",
                    WEIGHT,
                    Cost.DEFAULT.inFlight(),
                    "Of each request in flight: the unit of the others.");
    private static final Key<Double> COST_STREAM =
            Key.of(
                    "stream",
                    WEIGHT,
                    Cost.DEFAULT.stream(),
                    "Of each long stream (WebSocket, events), which must move, on top of that.");
    private static final Key<Double> COST_WARMTH =
            Key.of(
                    "warmth",
                    WEIGHT,
                    Cost.DEFAULT.warmth(),
                    "Of an instance that is warm; after ten minutes it is half so.");
    private static final Key<Double> COST_UTILIZATION =
            Key.of("utilization", WEIGHT, Cost.DEFAULT.utilization(), "Of one that is fully used.");
    private static final Key<Double> COST_SLOWNESS =
            Key.of(
                    "slowness",
                    WEIGHT,
                    Cost.DEFAULT.slowness(),
                    "Subtracted of one that takes twice the mean time or longer.");
    private static final Key<Double> COST_OUTDATED =
            Key.of(
                    "outdated",
                    WEIGHT,
                    Cost.DEFAULT.outdated(),
                    "Subtracted of one that was started with another `run` than is configured"
                            + " now.");
    private static final Key<Double> COST_ZONE =
            Key.of(
                    "zone",
                    WEIGHT,
                    Cost.ZONE,
                    "Subtracted of one whose zone has more instances than the others, and added to"
                            + " one whose zone has fewer, where the platform knows zones.");
    private static final Key<Double> COST_SESSION =
            Key.of(
                    "session",
                    WEIGHT,
                    Cost.SESSION,
                    "Of each session that is bound to it (`balance.sessions`).");
    private static final Key<Double> COST_MOVEMENT =
            Key.of(
                    "movement",
                    WEIGHT,
                    Cost.MOVEMENT,
                    "Of one that has all of the requests that are placed by a key, which would move"
                            + " (`balance.hash`); half of it for half of them.");
    private static final Section<Cost> COST =
            new Section<>(
                    List.of(
                            COST_IN_FLIGHT,
                            COST_STREAM,
                            COST_WARMTH,
                            COST_UTILIZATION,
                            COST_SLOWNESS,
                            COST_OUTDATED,
                            COST_ZONE,
                            COST_SESSION,
                            COST_MOVEMENT),
                    (v, problems) ->
                            new Cost(
                                    v.of(COST_IN_FLIGHT),
                                    v.of(COST_STREAM),
                                    v.of(COST_WARMTH),
                                    v.of(COST_UTILIZATION),
                                    v.of(COST_SLOWNESS),
                                    v.of(COST_OUTDATED),
                                    v.given(COST_ZONE),
                                    v.given(COST_SESSION),
                                    v.given(COST_MOVEMENT)));
    private static final Key<Cost> COST_KEY =
            Key.section(
                    "cost", COST, "What losing an instance costs; the cheapest is let go first.");
    private static final Key<Duration> IDLE =
            Key.of(
                    "idle",
                    Kinds.duration(Duration.ofSeconds(1), Duration.ofHours(24)),
                    In.IDLE,
                    "With `instances` from 0: after this time without a request, and never sooner"
                            + " than `window`, the last instance is let go, too.");
    static final Section<In> IN =
            new Section<>(
                    List.of(
                            IN_WINDOW,
                            STABILIZATION,
                            CANDIDATE_BELOW,
                            COVERAGE,
                            FRESHNESS,
                            BUDGET,
                            HOST_BUSY,
                            PER_HOUR,
                            COST_KEY,
                            IDLE),
                    (v, problems) ->
                            new In(
                                    v.of(IN_WINDOW),
                                    v.of(STABILIZATION),
                                    v.of(CANDIDATE_BELOW),
                                    v.of(COVERAGE),
                                    v.of(FRESHNESS),
                                    v.of(BUDGET),
                                    v.of(HOST_BUSY),
                                    v.given(PER_HOUR),
                                    v.of(COST_KEY),
                                    v.given(IDLE)));

    private static final Key<Duration> SHORTEST =
            Key.of(
                    "shortest",
                    TIME,
                    Trial.DEFAULT.shortest(),
                    "A parked instance is watched at least this long, however clear it is.");
    private static final Key<Duration> LONGEST =
            Key.of(
                    "longest",
                    SOME,
                    Trial.DEFAULT.longest(),
                    "And at most this long, however thin the evidence.");
    private static final Key<Double> ERROR_RATE =
            Key.of(
                    "error-rate",
                    Kinds.share(0.0001, 0.5),
                    Trial.DEFAULT.errorRate(),
                    "Chance that the trial's test sees harm where there is none, or misses it.");
    static final Section<Trial> TRIAL =
            new Section<>(
                    List.of(SHORTEST, LONGEST, ERROR_RATE),
                    (v, problems) -> {
                        Rules.atMost(v, SHORTEST, LONGEST, problems);
                        return new Trial(v.of(SHORTEST), v.of(LONGEST), v.of(ERROR_RATE));
                    });

    private static final Key<Duration> DEADLINE =
            Key.of(
                    "deadline",
                    SOME,
                    Drain.DEFAULT.deadline(),
                    "How long what is still in flight may take after the trial.");
    private static final Key<AtDeadline> AT_DEADLINE =
            Key.of(
                    "at-deadline",
                    Kinds.oneOf(AtDeadline.class),
                    Drain.DEFAULT.then(),
                    "What happens then: `hold` waits on, `rescue` puts the instance back, `cut`"
                            + " stops it and counts what was in flight as cut.");
    private static final Key<Duration> GRACE =
            Key.of(
                    "grace",
                    TIME,
                    Drain.DEFAULT.grace(),
                    "From asking an instance to end (SIGTERM) to ending it by force (SIGKILL).");
    static final Section<Drain> DRAIN =
            new Section<>(
                    List.of(DEADLINE, AT_DEADLINE, GRACE),
                    (v, problems) -> new Drain(v.of(DEADLINE), v.of(AT_DEADLINE), v.of(GRACE)));

    private static final Key<Duration> START_TIMEOUT =
            Key.of(
                    "timeout",
                    SOME,
                    Start.DEFAULT.timeout(),
                    "A start has failed if no check is good within this time.");
    private static final Key<Duration> BACKOFF =
            Key.of(
                    "backoff",
                    TIME,
                    Start.DEFAULT.backoff(),
                    "Wait before the second replacement in a row; doubles with each.");
    private static final Key<Duration> BACKOFF_MAX =
            Key.of("backoff-max", SOME, Start.DEFAULT.backoffMax(), "The longest such wait.");
    private static final Key<Integer> CRASH_LIMIT =
            Key.of(
                    "crash-limit",
                    Kinds.whole(1, 1000),
                    Start.DEFAULT.crashLimit(),
                    "After this many failures within `crash-window`, every wait is `backoff-max`.");
    private static final Key<Duration> CRASH_WINDOW =
            Key.of(
                    "crash-window",
                    SOME,
                    Start.DEFAULT.crashWindow(),
                    "The time over which failures are counted.");
    private static final Key<Duration> REPLACE_AFTER =
            Key.of(
                    "replace-after",
                    TIME,
                    Start.DEFAULT.replaceAfter(),
                    "An instance that has been out of rotation for its health for this long is"
                            + " replaced.");
    static final Section<Start> START =
            new Section<>(
                    List.of(
                            START_TIMEOUT,
                            BACKOFF,
                            BACKOFF_MAX,
                            CRASH_LIMIT,
                            CRASH_WINDOW,
                            REPLACE_AFTER),
                    (v, problems) -> {
                        Rules.atMost(v, BACKOFF, BACKOFF_MAX, problems);
                        return new Start(
                                v.of(START_TIMEOUT),
                                v.of(BACKOFF),
                                v.of(BACKOFF_MAX),
                                v.of(CRASH_LIMIT),
                                v.of(CRASH_WINDOW),
                                v.of(REPLACE_AFTER));
                    });

    private static final Key<Mode> MODE =
            Key.of(
                    "mode",
                    Kinds.oneOf(Mode.class),
                    Policy.DEFAULT.mode(),
                    "`automatic` scales. `observe` only decides and records. `recommend` does what"
                            + " a person approves with `ebb approve`, within 5 minutes, and then"
                            + " rehearses it as always. In both, failed instances are replaced all"
                            + " the same.");
    private static final Key<Targets> TARGET_KEY =
            Key.section("target", TARGETS, "Wanted utilization: used / allowed.");
    private static final Key<Out> OUT_KEY =
            Key.section("out", OUT, "How quickly instances are added.");
    private static final Key<In> IN_KEY = Key.section("in", IN, "How patiently they are let go.");
    private static final Key<Trial> TRIAL_KEY =
            Key.section("trial", TRIAL, "The rehearsal of letting an instance go: it is parked.");
    private static final Key<Drain> DRAIN_KEY =
            Key.section("drain", DRAIN, "The end, once the trial is won.");
    private static final Key<Start> START_KEY =
            Key.section("start", START, "Starting and replacing.");

    private static Bounds bounds(Values v, Problems problems) {
        return new Bounds(ScheduleSchema.read(v, problems), CallersSchema.read(v, problems));
    }

    private static Policy policy(Values v, Problems problems) {
        Policy policy =
                new Policy(
                        v.of(MODE),
                        Policy.DEFAULT.range(),
                        v.of(TARGET_KEY),
                        v.of(OUT_KEY),
                        v.of(IN_KEY),
                        v.of(TRIAL_KEY),
                        v.of(DRAIN_KEY),
                        v.of(START_KEY),
                        Optional.empty());
        return ObjectiveSchema.applied(policy, v).withBounds(bounds(v, problems));
    }

    /** The range of instances is given beside it. */
    static final Section<Policy> POLICY =
            new Section<>(
                    List.of(
                            MODE,
                            TARGET_KEY,
                            ObjectiveSchema.OBJECTIVE,
                            ScheduleSchema.SCHEDULES,
                            CallersSchema.NOT_BELOW_KEY,
                            OUT_KEY,
                            IN_KEY,
                            TRIAL_KEY,
                            DRAIN_KEY,
                            START_KEY),
                    PolicySchema::policy);
}
