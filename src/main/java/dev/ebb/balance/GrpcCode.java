package dev.ebb.balance;

/**
 * How a call of gRPC ended, by its number in {@code grpc-status} (gRPC's documentation of status
 * codes). What each says of the instance follows from the status of HTTP that stands for it in
 * Envoy's outlier detection (grpcToHttpStatus).
 */
public enum GrpcCode {
    OK(200),
    CANCELLED(499),
    UNKNOWN(500),
    INVALID_ARGUMENT(400),
    DEADLINE_EXCEEDED(504),
    NOT_FOUND(404),
    ALREADY_EXISTS(409),
    PERMISSION_DENIED(403),
    RESOURCE_EXHAUSTED(429),
    FAILED_PRECONDITION(400),
    ABORTED(409),
    OUT_OF_RANGE(400),
    UNIMPLEMENTED(501),
    INTERNAL(500),
    UNAVAILABLE(503),
    DATA_LOSS(500),
    UNAUTHENTICATED(401);

    private static final GrpcCode[] ALL = values();

    private final Outcome outcome;

    GrpcCode(int http) {
        outcome = Outcome.ofStatus(http);
    }

    /** As it stands in {@code grpc-status}. */
    @SuppressWarnings("EnumOrdinal") // The order of declaration is gRPC's.
    public int number() {
        return ordinal();
    }

    /** What the answer says of the instance; a number that gRPC does not know is an error. */
    public static Outcome outcome(int number) {
        return number >= 0 && number < ALL.length ? ALL[number].outcome : Outcome.SERVER_ERROR;
    }
}
