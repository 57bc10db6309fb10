package dev.ebb.balance;

/** How the balancer picks an endpoint; chosen per service. */
public enum StrategyKind {
    /** Every endpoint with the same probability. */
    RANDOM,
    /** Smoothly by weights that follow measured utilization and error rate (gRFC A58). */
    WEIGHTED,
    /** The better of two, by peak EWMA of latency times requests in flight. */
    LEAST_RESPONSE_TIME,
    /** The better of two, by requests in flight. */
    LEAST_REQUESTS,
    /** By a key of the request: the same key goes to the same one, as long as it can take it. */
    HASH
}
