package dev.ebb.core;

/** What an operator has said about one instance. */
public enum Mark {
    /** Never a victim of scale-in. */
    PROTECTED,
    /** Parked by hand; stays parked until rescued by hand. */
    HELD_OUT,
    /** To be restarted: leaves as soon as its stand-in serves. */
    RETIRING,
    /** Its removal was approved; so it may end where Ebb alone removes nothing. */
    APPROVED
}
