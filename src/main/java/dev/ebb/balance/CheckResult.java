package dev.ebb.balance;

/** How one active check ended. */
public enum CheckResult {
    GOOD,
    /** It answered, but not well: a status that is not 2xx or 3xx, or garbage. */
    BAD_ANSWER,
    /** Connected, but no answer in time. */
    TIMEOUT,
    /** Nobody listens: refused, or no connection in time. */
    NO_CONNECTION
}
