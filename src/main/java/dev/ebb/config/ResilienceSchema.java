package dev.ebb.config;

import dev.ebb.balance.GrpcCode;
import dev.ebb.balance.HedgePolicy;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.QueuePolicy;
import dev.ebb.balance.RetryOn;
import dev.ebb.balance.RetryPause;
import dev.ebb.balance.RetryPolicy;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The keys below {@code balance} about trying again, hedging, limits and waiting. */
final class ResilienceSchema {
    private ResilienceSchema() {}

    private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z-]{0,19}");
    private static final Kind<Double> SHARE = Kinds.share(0, 1);
    private static final Kind<Duration> MOMENT =
            Kinds.duration(Duration.ZERO, Duration.ofMinutes(1));

    private static final Key<Boolean> ENABLED =
            Key.of(
                    "enabled",
                    Kinds.yesNo(),
                    RetryPolicy.DEFAULT.enabled(),
                    "Whether a request that nothing was done for, or that may safely be repeated,"
                            + " goes to another instance. With `false` every request is sent once"
                            + " only.");
    private static final Key<Integer> ATTEMPTS =
            Key.of(
                    "max-attempts",
                    Kinds.whole(1, 10),
                    RetryPolicy.DEFAULT.maxAttempts(),
                    "Tries in all, the first included.");
    private static final Key<Double> BUDGET =
            Key.of(
                    "budget",
                    SHARE,
                    RetryPolicy.DEFAULT.budgetShare(),
                    "Retries allowed as a share of requests. Refused connections do not count.");
    private static final Key<Double> FLOOR =
            Key.of(
                    "budget-floor",
                    Kinds.decimal(0, 100_000),
                    RetryPolicy.DEFAULT.budgetFloorPerSecond(),
                    "Retries a second that are allowed in any case.");
    private static final Key<List<RetryOn>> ON =
            Key.of(
                    "on",
                    new ListKind<>(
                            Kinds.oneOf(RetryOn.class),
                            "connect-failure, not-processed, reset, timeout, status and"
                                    + " grpc-status",
                            6),
                    List.of(
                            RetryOn.CONNECT_FAILURE,
                            RetryOn.NOT_PROCESSED,
                            RetryOn.RESET,
                            RetryOn.TIMEOUT),
                    "After which failures. The first two prove that nothing was processed and hold"
                            + " for every method; the others only for `methods`. `status` comes by"
                            + " itself with `statuses`, `grpc-status` with `grpc-statuses`.");
    private static final Key<List<Integer>> STATUSES =
            Key.of(
                    "statuses",
                    new ListKind<>(Kinds.whole(400, 599), "statuses such as [502, 503, 504]", 50),
                    List.of(),
                    "Answers that are tried again elsewhere instead of passed on, while tries and"
                            + " budget last.");
    private static final Key<List<GrpcCode>> GRPC_STATUSES =
            Key.of(
                    "grpc-statuses",
                    new ListKind<>(Kinds.oneOf(GrpcCode.class), "codes such as [unavailable]", 17),
                    List.of(),
                    "Calls of gRPC that are tried again elsewhere: those answered with such a"
                            + " status and no message, whatever `methods` says. List only what"
                            + " the service bears twice.");
    private static final Key<List<String>> METHODS =
            Key.of(
                    "methods",
                    new ListKind<>(method(), "methods such as [GET, PUT]", 20),
                    List.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"),
                    "Methods that may be repeated although an instance may have processed the"
                            + " request. Add POST only if the service bears it twice.");
    private static final Key<Duration> PER_TRY =
            Key.of(
                    "per-try-timeout",
                    Kinds.duration(Duration.ZERO, Duration.ofHours(1)),
                    RetryPolicy.DEFAULT.perTry(),
                    "Longest wait for the head of one try's answer (then 504, or another try); 0"
                            + " for the gateway's own timeouts only.");
    private static final Key<Duration> BACKOFF =
            Key.of(
                    "backoff",
                    MOMENT,
                    RetryPause.DEFAULT.base(),
                    "Wait before a retry when all instances were tried: at random up to this,"
                            + " doubled for each further retry.");
    private static final Key<Duration> BACKOFF_MAX =
            Key.of("backoff-max", MOMENT, RetryPause.DEFAULT.longest(), "The longest such wait.");
    private static final Key<Duration> RETRY_AFTER =
            Key.of(
                    "retry-after-max",
                    MOMENT,
                    RetryPause.DEFAULT.longestAfter(),
                    "When all were tried and an answer says Retry-After: how long is waited for it"
                            + " at most. If it says more, the answer goes to the client.");

    static final Section<RetryPolicy> RETRY =
            new Section<>(
                    List.of(
                            ENABLED,
                            ATTEMPTS,
                            BUDGET,
                            FLOOR,
                            ON,
                            STATUSES,
                            GRPC_STATUSES,
                            METHODS,
                            PER_TRY,
                            BACKOFF,
                            BACKOFF_MAX,
                            RETRY_AFTER),
                    ResilienceSchema::retry);

    private static RetryPolicy retry(Values v, Problems problems) {
        Rules.atMost(v, BACKOFF, BACKOFF_MAX, problems);
        var on = EnumSet.noneOf(RetryOn.class);
        on.addAll(v.of(ON));
        listed(v, STATUSES, RetryOn.STATUS, on, problems);
        listed(v, GRPC_STATUSES, RetryOn.GRPC_STATUS, on, problems);
        boolean enabled = v.of(ENABLED);
        boolean ordered = v.of(BACKOFF).compareTo(v.of(BACKOFF_MAX)) <= 0;
        return new RetryPolicy(
                enabled,
                enabled ? v.of(ATTEMPTS) : 1,
                enabled ? v.of(BUDGET) : 0,
                enabled ? v.of(FLOOR) : 0,
                on,
                Set.copyOf(v.of(STATUSES)),
                Set.copyOf(v.of(GRPC_STATUSES)),
                Set.copyOf(v.of(METHODS)),
                v.of(PER_TRY),
                ordered
                        ? new RetryPause(v.of(BACKOFF), v.of(BACKOFF_MAX), v.of(RETRY_AFTER))
                        : RetryPause.DEFAULT);
    }

    /** One needs the other: the word in 'on', and a list of what it stands for. */
    private static void listed(
            Values v,
            Key<? extends List<?>> list,
            RetryOn how,
            Set<RetryOn> on,
            Problems problems) {
        boolean any = !v.of(list).isEmpty();
        if (v.given(ON).isEmpty() && any) {
            on.add(how);
        } else if (on.contains(how) != any && v.sound(ON, list)) {
            String word = Kinds.word(how);
            problems.error(
                    v.place(ON),
                    any
                            ? "'%s' has no effect without '%s' here; add it"
                                    .formatted(list.name(), word)
                            : "'%s' needs to know which: list them in '%s'"
                                    .formatted(word, list.name()));
        }
    }

    private static Kind<String> method() {
        return Kinds.scalar(
                "a method such as GET",
                text ->
                        text.equals("CONNECT")
                                ? Kinds.bad("is never forwarded; leave it out")
                                : METHOD.matcher(text).matches()
                                        ? Kinds.good(text)
                                        : Kinds.bad("is no method; write it in capital letters"),
                text -> text);
    }

    private static final Key<Boolean> HEDGE_ENABLED =
            Key.of(
                    "enabled",
                    Kinds.yesNo(),
                    HedgePolicy.DEFAULT.enabled(),
                    "Whether a request without an answer after `percentile` is sent to a second"
                            + " instance as well; the first answer counts. For `retry.methods`"
                            + " only.");
    private static final Key<Double> PERCENTILE =
            Key.of(
                    "percentile",
                    Kinds.share(0.5, 0.9999),
                    HedgePolicy.DEFAULT.percentile(),
                    "Of the service's latency over the last minute, after which the second try"
                            + " starts.");
    private static final Key<Duration> EARLIEST =
            Key.of(
                    "earliest",
                    Kinds.duration(Duration.ofMillis(1), Duration.ofMinutes(1)),
                    HedgePolicy.DEFAULT.earliest(),
                    "No second try before this, however fast the service is.");
    private static final Key<Double> HEDGE_BUDGET =
            Key.of(
                    "budget",
                    SHARE,
                    HedgePolicy.DEFAULT.budgetShare(),
                    "Second tries allowed as a share of requests.");

    static final Section<HedgePolicy> HEDGE =
            new Section<>(
                    List.of(HEDGE_ENABLED, PERCENTILE, EARLIEST, HEDGE_BUDGET),
                    (v, problems) ->
                            new HedgePolicy(
                                    v.of(HEDGE_ENABLED),
                                    v.of(PERCENTILE),
                                    v.of(EARLIEST),
                                    v.of(HEDGE_BUDGET)));

    /** Which kind of limit. */
    enum LimitKind {
        NONE,
        FIXED,
        ADAPTIVE
    }

    private static final Kind<Integer> COUNT = Kinds.whole(1, 1_000_000);
    private static final LimitPolicy.Adaptive ADAPTIVE = LimitPolicy.Adaptive.DEFAULT;

    private static final Key<LimitKind> KIND =
            Key.of(
                    "kind",
                    Kinds.oneOf(LimitKind.class),
                    LimitKind.NONE,
                    "How many requests an instance works on at once: any number, `requests`, or as"
                            + " many as its latency shows it to bear.");
    private static final Key<Integer> REQUESTS =
            Key.of(
                    "requests",
                    COUNT,
                    100,
                    "For `fixed`: of one instance, over all event loops. Each loop has its equal"
                            + " part, at least 1.");
    private static final Key<Integer> INITIAL =
            Key.of("initial", COUNT, ADAPTIVE.initial(), "For `adaptive`: where it begins.");
    private static final Key<Integer> MIN =
            Key.of("min", COUNT, ADAPTIVE.min(), "For `adaptive`: never below.");
    private static final Key<Integer> MAX =
            Key.of("max", COUNT, ADAPTIVE.max(), "For `adaptive`: never above.");

    static final Section<LimitPolicy> LIMIT =
            new Section<>(List.of(KIND, REQUESTS, INITIAL, MIN, MAX), ResilienceSchema::limit);

    private static LimitPolicy limit(Values v, Problems problems) {
        int initial = v.of(INITIAL);
        boolean ordered = v.of(MIN) <= initial && initial <= v.of(MAX);
        if (!ordered && v.sound(MIN, INITIAL, MAX)) {
            problems.error(
                    v.place(INITIAL),
                    "'initial' (%d) is not between 'min' (%d) and 'max' (%d)"
                            .formatted(initial, v.of(MIN), v.of(MAX)));
        }
        return switch (v.of(KIND)) {
            case NONE -> LimitPolicy.Unlimited.DEFAULT;
            case FIXED -> new LimitPolicy.Fixed(v.of(REQUESTS));
            case ADAPTIVE ->
                    ordered ? new LimitPolicy.Adaptive(initial, v.of(MIN), v.of(MAX)) : ADAPTIVE;
        };
    }

    private static final Key<Integer> SIZE =
            Key.of(
                    "size",
                    Kinds.whole(0, 100_000),
                    QueuePolicy.DEFAULT.size(),
                    "Requests that wait at most, over all event loops; 0 refuses them at once. Only"
                            + " with a `limit`.");
    private static final Key<Duration> WAIT =
            Key.of(
                    "timeout",
                    Kinds.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
                    QueuePolicy.DEFAULT.longest(),
                    "The longest wait in a burst; then 503 with Retry-After.");
    private static final Key<Duration> OVERLOAD_WAIT =
            Key.of(
                    "overload-timeout",
                    Kinds.duration(Duration.ofMillis(1), Duration.ofMinutes(1)),
                    QueuePolicy.DEFAULT.overloaded(),
                    "The longest wait once the queue has not been empty for `timeout`. The newest"
                            + " goes first then.");

    private static final Key<Duration> START_WAIT =
            Key.of(
                    "start-timeout",
                    Kinds.duration(Duration.ofMillis(10), Duration.ofMinutes(10)),
                    QueuePolicy.STARTING,
                    "With `instances` from 0: the longest wait for the first instance, for which no"
                            + " `limit` is needed; then 503 with Retry-After.");

    static final Section<QueuePolicy> QUEUE =
            new Section<>(List.of(SIZE, WAIT, OVERLOAD_WAIT, START_WAIT), ResilienceSchema::queue);

    private static QueuePolicy queue(Values v, Problems problems) {
        Duration longest = v.of(WAIT);
        if (v.given(OVERLOAD_WAIT).isPresent()) {
            Rules.atMost(v, OVERLOAD_WAIT, WAIT, problems);
        }
        Duration overloaded = v.of(OVERLOAD_WAIT);
        return new QueuePolicy(
                v.of(SIZE),
                longest,
                overloaded.compareTo(longest) < 0 ? overloaded : longest,
                v.of(START_WAIT));
    }
}
