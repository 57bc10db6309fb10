package dev.ebb.core;

/**
 * How many instances one resource asks for.
 *
 * @param source what asks, for example {@code cpu}, {@code concurrency}, {@code min}
 * @param out how many it asks for when capacity may be added (recent load)
 * @param in how many it asks for when capacity may be removed (the highest over the stabilization
 *     window)
 */
public record Need(String source, int out, int in, Reason reason) {}
