package dev.ebb.balance;

/** Which requests are let in first when not all can be. Highest first. */
public enum Priority {
    /** Health checks and probes: without them an overload looks like a death. */
    HIGH,
    NORMAL,
    /** What may rather be refused: batches, prefetches. */
    LOW
}
