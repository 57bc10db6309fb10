package dev.ebb.platform.kubernetes;

/**
 * How the control thread of an operator is doing. Immutable.
 *
 * @param ticks since the start
 * @param skipped that fell out because one before took too long
 * @param lastTickNanos what the last one took
 * @param longestTickNanos what the longest one took
 * @param sinceLastNanos time since the last one ended
 * @param waiting ServiceScales that the last one had no time for
 * @param longestWaitNanos of these, since the last decision about one
 * @param shortTicks that had no time for all
 */
public record OperatorFigures(
        long ticks,
        long skipped,
        long lastTickNanos,
        long longestTickNanos,
        long sinceLastNanos,
        int waiting,
        long longestWaitNanos,
        long shortTicks) {
    static final OperatorFigures NONE = new OperatorFigures(0, 0, 0, 0, 0, 0, 0, 0);
}
