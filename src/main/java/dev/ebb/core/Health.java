package dev.ebb.core;

/** What the data planes agree on about an instance: by active checks and by live traffic. */
public enum Health {
    /** Not checked yet, or its checks are too old to say. */
    UNKNOWN,
    HEALTHY,
    /** Taken out of rotation by failure detection; comes back by itself once it is well. */
    EJECTED
}
