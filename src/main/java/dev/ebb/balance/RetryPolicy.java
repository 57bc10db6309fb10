package dev.ebb.balance;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * When a request goes to another instance.
 *
 * <p>The default repeats what was provably not processed, whatever its method, and idempotent
 * methods (RFC 9110 9.2.2) whose connection broke or whose instance fell silent before the head of
 * an answer. Answers are passed on as they are: with {@link RetryOn#STATUS}, the {@code statuses}
 * are retried too, and with {@link RetryOn#GRPC_STATUS}, the {@code grpcStatuses}.
 *
 * @param enabled false sends every request once only, refused connects included
 * @param maxAttempts tries in all, the first included; instances that refuse the connection are
 *     passed over and do not count
 * @param budgetShare retries allowed as a share of requests; refused connects are exempt
 * @param budgetFloorPerSecond retries per second that are always allowed
 * @param on failures after which a request is tried again
 * @param statuses of answers that count as failures for {@link RetryOn#STATUS}
 * @param grpcStatuses of gRPC's answers without a message, the same for {@link
 *     RetryOn#GRPC_STATUS}; whatever the method, which in gRPC is always POST
 * @param methods that may be repeated although an instance may have processed the request
 * @param perTry longest wait for the head of one attempt's answer; zero for no limit but the
 *     request's
 */
public record RetryPolicy(
        boolean enabled,
        int maxAttempts,
        double budgetShare,
        double budgetFloorPerSecond,
        Set<RetryOn> on,
        Set<Integer> statuses,
        Set<GrpcCode> grpcStatuses,
        Set<String> methods,
        Duration perTry,
        RetryPause pause) {
    /** RFC 9110 9.2.2. */
    public static final Set<String> IDEMPOTENT =
            Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    /** Everything but answers. */
    public static final Set<RetryOn> FAILURES =
            Set.of(RetryOn.CONNECT_FAILURE, RetryOn.NOT_PROCESSED, RetryOn.RESET, RetryOn.TIMEOUT);

    public static final RetryPolicy DEFAULT = new RetryPolicy(true, 3, 0.2, 10);
    public static final RetryPolicy OFF = new RetryPolicy(false, 1, 0, 0);

    public RetryPolicy {
        on = Set.copyOf(on);
        statuses = Set.copyOf(statuses);
        grpcStatuses = Set.copyOf(grpcStatuses);
        methods = Set.copyOf(methods);
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be 1 or more: " + maxAttempts);
        }
        for (int status : statuses) {
            if (status < 400 || status > 599) {
                throw new IllegalArgumentException("no status to retry: " + status);
            }
        }
        if (perTry.isNegative()) {
            throw new IllegalArgumentException("perTry must not be negative: " + perTry);
        }
    }

    /** With the default failures, methods and pauses, and no status. */
    public RetryPolicy(
            boolean enabled, int maxAttempts, double budgetShare, double budgetFloorPerSecond) {
        this(
                enabled,
                maxAttempts,
                budgetShare,
                budgetFloorPerSecond,
                FAILURES,
                Set.of(),
                Set.of(),
                IDEMPOTENT,
                Duration.ZERO,
                RetryPause.DEFAULT);
    }

    /** Answers with these are tried elsewhere as well. */
    public RetryPolicy withStatuses(Integer... more) {
        var failures = new HashSet<>(on);
        failures.add(RetryOn.STATUS);
        return new RetryPolicy(
                enabled,
                maxAttempts,
                budgetShare,
                budgetFloorPerSecond,
                failures,
                Set.of(more),
                grpcStatuses,
                methods,
                perTry,
                pause);
    }

    /** Calls of gRPC that end with these at once are tried elsewhere as well. */
    public RetryPolicy withGrpcStatuses(GrpcCode... more) {
        var failures = new HashSet<>(on);
        failures.add(RetryOn.GRPC_STATUS);
        return new RetryPolicy(
                enabled,
                maxAttempts,
                budgetShare,
                budgetFloorPerSecond,
                failures,
                statuses,
                Set.of(more),
                methods,
                perTry,
                pause);
    }

    public RetryPolicy withMethods(Set<String> others) {
        return new RetryPolicy(
                enabled,
                maxAttempts,
                budgetShare,
                budgetFloorPerSecond,
                on,
                statuses,
                grpcStatuses,
                others,
                perTry,
                pause);
    }

    public RetryPolicy withPerTry(Duration longest) {
        return new RetryPolicy(
                enabled,
                maxAttempts,
                budgetShare,
                budgetFloorPerSecond,
                on,
                statuses,
                grpcStatuses,
                methods,
                longest,
                pause);
    }

    public RetryPolicy withPause(RetryPause other) {
        return new RetryPolicy(
                enabled,
                maxAttempts,
                budgetShare,
                budgetFloorPerSecond,
                on,
                statuses,
                grpcStatuses,
                methods,
                perTry,
                other);
    }

    /**
     * Whether a failure of this kind is tried again, as far as the policy is concerned: tries,
     * budget and what is left of the body are the caller's matter.
     *
     * @param repeatable the request's method is among {@link #methods}
     */
    public boolean allows(RetryOn failure, boolean repeatable) {
        return enabled && on.contains(failure) && (repeatable || failure.anyMethod());
    }

    /** Whether a call of gRPC that was answered with this number is tried again elsewhere. */
    public boolean allowsGrpc(int number) {
        return grpcStatuses.stream().anyMatch(code -> code.number() == number)
                && allows(RetryOn.GRPC_STATUS, true);
    }

    /** Whether an answer with this status is tried again elsewhere instead of passed on. */
    public boolean allowsStatus(int status, boolean repeatable) {
        return statuses.contains(status) && allows(RetryOn.STATUS, repeatable);
    }
}
