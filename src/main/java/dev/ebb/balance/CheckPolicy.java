package dev.ebb.balance;

import java.time.Duration;
import java.util.Optional;

/**
 * How an instance is checked actively.
 *
 * @param httpPath path for an HTTP check (2xx and 3xx are good); empty for a TCP connect
 * @param grpcService the service that gRPC's health check is asked for, empty text for the instance
 *     as a whole; goes before {@code httpPath}
 * @param interval from one check's start to the next's
 * @param jitter share of the interval, 0 to 1, by which each is moved at random
 * @param rise good checks in a row that readmit; the very first check needs one only
 * @param fall bad checks in a row that eject
 */
public record CheckPolicy(
        Optional<String> httpPath,
        Optional<String> grpcService,
        Duration interval,
        Duration timeout,
        double jitter,
        int rise,
        int fall) {
    public static final CheckPolicy DEFAULT =
            new CheckPolicy(
                    Optional.empty(), Duration.ofSeconds(2), Duration.ofSeconds(1), 0.1, 2, 3);

    /** Without gRPC. */
    public CheckPolicy(
            Optional<String> httpPath,
            Duration interval,
            Duration timeout,
            double jitter,
            int rise,
            int fall) {
        this(httpPath, Optional.empty(), interval, timeout, jitter, rise, fall);
    }
}
