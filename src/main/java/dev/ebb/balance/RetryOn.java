package dev.ebb.balance;

/** How an attempt failed, as far as trying again is concerned. */
public enum RetryOn {
    /** No connection came about: nothing was sent. */
    CONNECT_FAILURE(true),
    /**
     * The instance says that it did nothing: REFUSED_STREAM, or a GOAWAY whose last stream is an
     * earlier one (RFC 9113 8.7).
     */
    NOT_PROCESSED(true),
    /** The connection broke after something was sent and before the head of an answer. */
    RESET(false),
    /** No head of an answer in the time of one try, or checks say that the instance is silent. */
    TIMEOUT(false),
    /** A complete answer with a status that the policy lists. */
    STATUS(false),
    /** An answer of gRPC that is a status only, and one that the policy lists. */
    GRPC_STATUS(false);

    private final boolean provesUnprocessed;

    RetryOn(boolean provesUnprocessed) {
        this.provesUnprocessed = provesUnprocessed;
    }

    /** Whether it proves that the request was not processed. */
    public boolean provesUnprocessed() {
        return provesUnprocessed;
    }

    /**
     * Whether any method may be repeated: because nothing was processed, or because gRPC has only
     * one method, and so whoever allows these allows it.
     */
    public boolean anyMethod() {
        return provesUnprocessed || this == GRPC_STATUS;
    }
}
