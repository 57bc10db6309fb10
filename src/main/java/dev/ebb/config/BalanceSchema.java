package dev.ebb.config;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.HashPolicy;
import dev.ebb.balance.HedgePolicy;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.QueuePolicy;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.SessionPolicy;
import dev.ebb.balance.StrategyKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys below {@code ready} and {@code balance}. Defaults are the balancer's. */
final class BalanceSchema {
    private BalanceSchema() {}

    private static final Kind<Duration> TIME = Kinds.duration(Duration.ZERO, Duration.ofHours(24));
    private static final Kind<Duration> SOME =
            Kinds.duration(Duration.ofMillis(10), Duration.ofHours(1));
    private static final Kind<Double> SHARE = Kinds.share(0, 1);

    private static final Key<String> HTTP =
            Key.optional(
                    "http",
                    RouteSchema.path(),
                    "Path of an HTTP check: a GET that is answered with 2xx or 3xx is good. Without"
                            + " it a TCP connection is enough.");
    private static final Kind<String> GRPC_SERVICE =
            Kinds.scalar(
                    "a gRPC service such as shop.Cart, or \"\" for the instance as a whole",
                    text ->
                            text.matches("[A-Za-z0-9_.]{0,200}")
                                    ? Kinds.good(text)
                                    : Kinds.bad("is no gRPC service; write for example shop.Cart"),
                    text -> text.isEmpty() ? "\"\"" : text);
    private static final Key<String> GRPC =
            Key.optional(
                    "grpc",
                    GRPC_SERVICE,
                    "gRPC's health check (grpc.health.v1.Health/Check): good when this service is"
                            + " SERVING; \"\" asks for the instance as a whole.");
    private static final Key<Duration> INTERVAL =
            Key.of(
                    "interval",
                    SOME,
                    CheckPolicy.DEFAULT.interval(),
                    "From the start of one check to the start of the next.");
    private static final Key<Duration> TIMEOUT =
            Key.of(
                    "timeout",
                    SOME,
                    CheckPolicy.DEFAULT.timeout(),
                    "A check without an answer in this time is bad. If only `interval` is given and"
                            + " is shorter, it holds here, too.");
    private static final Key<Double> JITTER =
            Key.of(
                    "jitter",
                    SHARE,
                    CheckPolicy.DEFAULT.jitter(),
                    "Share of the interval by which each check is moved at random.");
    private static final Key<Integer> RISE =
            Key.of(
                    "rise",
                    Kinds.whole(1, 100),
                    CheckPolicy.DEFAULT.rise(),
                    "Good checks in a row that bring an instance back. The very first check of a"
                            + " new one counts alone.");
    private static final Key<Integer> FALL =
            Key.of(
                    "fall",
                    Kinds.whole(1, 100),
                    CheckPolicy.DEFAULT.fall(),
                    "Bad checks in a row that take an instance out.");

    static final Section<CheckPolicy> READY =
            new Section<>(
                    List.of(HTTP, GRPC, INTERVAL, TIMEOUT, JITTER, RISE, FALL),
                    (v, problems) -> {
                        boolean timed = v.given(TIMEOUT).isPresent();
                        if (timed) {
                            Rules.atMost(v, TIMEOUT, INTERVAL, problems);
                        }
                        Duration interval = v.of(INTERVAL);
                        boolean shorter = interval.compareTo(v.of(TIMEOUT)) < 0;
                        if (v.given(HTTP).isPresent() && v.given(GRPC).isPresent()) {
                            problems.error(
                                    v.place(GRPC),
                                    "an instance is checked in one way: keep 'http' or 'grpc'");
                        }
                        return new CheckPolicy(
                                v.given(HTTP),
                                v.given(GRPC),
                                interval,
                                shorter && !timed ? interval : v.of(TIMEOUT),
                                v.of(JITTER),
                                v.of(RISE),
                                v.of(FALL));
                    });

    private static final Key<Integer> FAILURES =
            Key.of(
                    "consecutive-failures",
                    Kinds.whole(0, 10_000),
                    EjectionPolicy.DEFAULT.consecutiveFailures(),
                    "Failed requests in a row (502, 503, 504, cut, timed out) that eject; 0 for"
                            + " never.");
    private static final Key<Integer> CONNECT_ERRORS =
            Key.of(
                    "consecutive-connect-errors",
                    Kinds.whole(0, 10_000),
                    EjectionPolicy.DEFAULT.consecutiveConnectErrors(),
                    "Connections refused or timed out in a row that eject; 0 for never.");
    private static final Key<Double> RATE =
            Key.of(
                    "failure-rate",
                    Kinds.share(0.01, 1.01),
                    EjectionPolicy.DEFAULT.failureRate(),
                    "Share of failed requests within `window` that ejects; 101% for never.");
    private static final Key<Integer> VOLUME =
            Key.of(
                    "failure-rate-volume",
                    Kinds.whole(1, 1_000_000),
                    EjectionPolicy.DEFAULT.failureRateVolume(),
                    "Requests that `window` must hold before their failure rate counts.");
    private static final Key<Duration> WINDOW =
            Key.of(
                    "window",
                    SOME,
                    EjectionPolicy.DEFAULT.window(),
                    "The time over which the failure rate is taken.");
    private static final Key<Duration> BASE_TIME =
            Key.of(
                    "base-time",
                    SOME,
                    EjectionPolicy.DEFAULT.baseTime(),
                    "How long a first ejection lasts; each further one in a row lasts twice as"
                            + " long.");
    private static final Key<Duration> MAX_TIME =
            Key.of("max-time", SOME, EjectionPolicy.DEFAULT.maxTime(), "The longest ejection.");
    private static final Key<Double> MAX_SHARE =
            Key.of(
                    "max-ejected",
                    SHARE,
                    EjectionPolicy.DEFAULT.maxEjectedShare(),
                    "Share of the instances that may be ejected at once; one always may.");
    private static final Key<Double> PANIC =
            Key.of(
                    "panic-threshold",
                    SHARE,
                    EjectionPolicy.DEFAULT.panicThreshold(),
                    "With a smaller share of healthy instances than this, health is ignored and all"
                            + " are used; 0% for never. Parked instances do not count.");

    private static final Key<Boolean> DEADLINES =
            Key.of(
                    "deadlines",
                    Kinds.yesNo(),
                    EjectionPolicy.DEFAULT.deadlines(),
                    "Whether requests count that were not answered within a time of their own: the"
                            + " deadline of their client, or `timeouts` of their route. Such a time"
                            + " may be shorter than a healthy instance needs.");

    static final Section<EjectionPolicy> EJECTION =
            new Section<>(
                    List.of(
                            FAILURES,
                            CONNECT_ERRORS,
                            RATE,
                            VOLUME,
                            WINDOW,
                            BASE_TIME,
                            MAX_TIME,
                            MAX_SHARE,
                            PANIC,
                            DEADLINES),
                    (v, problems) -> {
                        Rules.atMost(v, BASE_TIME, MAX_TIME, problems);
                        return new EjectionPolicy(
                                v.of(FAILURES),
                                v.of(CONNECT_ERRORS),
                                v.of(RATE),
                                v.of(VOLUME),
                                v.of(WINDOW),
                                v.of(BASE_TIME),
                                v.of(MAX_TIME),
                                v.of(MAX_SHARE),
                                v.of(PANIC),
                                v.of(DEADLINES));
                    });

    private static final Key<StrategyKind> STRATEGY =
            Key.of(
                    "strategy",
                    Kinds.oneOf(StrategyKind.class),
                    BalancePolicy.DEFAULT.strategy(),
                    "How an instance is picked for a request.");
    private static final Key<Duration> SLOW_START =
            Key.of(
                    "slow-start",
                    TIME,
                    BalancePolicy.DEFAULT.slowStart(),
                    "How long the share of a new or readmitted instance grows to full; 0 for at"
                            + " once.");
    private static final Key<EjectionPolicy> EJECTION_KEY =
            Key.section(
                    "ejection", EJECTION, "When live traffic takes an instance out of rotation.");
    private static final Key<RetryPolicy> RETRY_KEY =
            Key.section(
                    "retry", ResilienceSchema.RETRY, "When a request goes to another instance.");
    private static final Key<HedgePolicy> HEDGE_KEY =
            Key.section(
                    "hedge",
                    ResilienceSchema.HEDGE,
                    "When a request goes to two instances, against stragglers.");
    private static final Key<LimitPolicy> LIMIT_KEY =
            Key.section(
                    "limit",
                    ResilienceSchema.LIMIT,
                    "How many requests an instance works on at once.");
    private static final Key<QueuePolicy> QUEUE_KEY =
            Key.section(
                    "queue",
                    ResilienceSchema.QUEUE,
                    "Where requests wait while all instances are at their limits.");

    private static final Key<Optional<HashPolicy>> HASH_KEY =
            Key.section(
                    "hash",
                    AffinitySchema.HASH,
                    "For `strategy: hash`: by what of a request it is placed.");

    private static final Key<Optional<SessionPolicy>> SESSIONS_KEY =
            Key.section(
                    "sessions",
                    AffinitySchema.SESSIONS,
                    "Whether a client stays with one instance, and how; before any strategy.");

    /** The check is given beside it. */
    static final Section<BalancePolicy> BALANCE =
            new Section<>(
                    List.of(
                            STRATEGY,
                            HASH_KEY,
                            SESSIONS_KEY,
                            SLOW_START,
                            EJECTION_KEY,
                            RETRY_KEY,
                            HEDGE_KEY,
                            LIMIT_KEY,
                            QUEUE_KEY),
                    BalanceSchema::balance);

    private static BalancePolicy balance(Values v, Problems problems) {
        BalancePolicy policy = placed(v, problems);
        return v.of(SESSIONS_KEY).map(policy::withSessions).orElse(policy);
    }

    private static BalancePolicy placed(Values v, Problems problems) {
        var policy =
                new BalancePolicy(
                        v.of(STRATEGY),
                        v.of(SLOW_START),
                        CheckPolicy.DEFAULT,
                        v.of(EJECTION_KEY),
                        v.of(RETRY_KEY),
                        v.of(HEDGE_KEY),
                        v.of(LIMIT_KEY),
                        v.of(QUEUE_KEY));
        boolean hashed = policy.strategy() == StrategyKind.HASH;
        Optional<HashPolicy> keys = v.of(HASH_KEY);
        if (!v.sound(STRATEGY, HASH_KEY)) {
            return policy;
        }
        if (hashed && keys.isEmpty()) {
            problems.error(
                    v.place(STRATEGY),
                    "requests are placed by a key: give it, for example 'hash: {key: cookie"
                            + " cart}'");
        } else if (!hashed && v.given(HASH_KEY).isPresent()) {
            problems.error(
                    v.place(HASH_KEY),
                    "'hash' means something with 'strategy: hash' only; set that, or remove this");
        }
        return hashed ? keys.map(policy::withHash).orElse(policy) : policy;
    }
}
