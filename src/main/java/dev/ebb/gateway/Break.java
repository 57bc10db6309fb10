package dev.ebb.gateway;

/** Why an exchange gets no answer from a connection to an instance, or no whole one. */
enum Break {
    CLOSED,
    RESET,
    BAD_RESPONSE,
    /** The instance says that it has not even looked at the request. */
    NOT_PROCESSED
}
