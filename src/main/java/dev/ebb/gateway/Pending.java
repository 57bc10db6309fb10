package dev.ebb.gateway;

/** A connection to an instance that is being opened for an exchange. */
interface Pending {
    /** The exchange has gone. */
    void notNeeded();
}
