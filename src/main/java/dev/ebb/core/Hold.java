package dev.ebb.core;

/**
 * Something that the decider would have done, and what keeps it from doing so.
 *
 * @param release what would end the hold, as a plain sentence without a full stop
 */
public record Hold(Reason why, String release) {}
