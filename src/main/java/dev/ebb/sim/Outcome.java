package dev.ebb.sim;

import java.util.List;

/** What came of a run. */
public record Outcome(
        long seed,
        String scenario,
        List<Violation> violations,
        List<String> timeline,
        Totals totals) {

    public Outcome {
        violations = List.copyOf(violations);
        timeline = List.copyOf(timeline);
    }

    /**
     * God's count of requests and of what Ebb did.
     *
     * @param sent requests that arrived while there was a data plane
     * @param unrouted of those, that found nothing in rotation
     * @param overloaded given up by the client, because instances had too much to do
     * @param cutByFailure ended by the failure of an instance
     * @param cutByEbb ended by the death of Ebb
     * @param lostToRemoval ended because their instance was removed; the target is 0
     * @param lives of Ebb
     * @param sizesJudged services whose final size was judged
     */
    public record Totals(
            double seconds,
            long sent,
            long answered,
            long failed,
            long unrouted,
            long overloaded,
            long cutByFailure,
            long cutByEbb,
            long lostToRemoval,
            int starts,
            int parks,
            int rescues,
            int stops,
            int lives,
            int sizesJudged) {}

    /** Whether every promise was kept. */
    public boolean isGood() {
        return violations.isEmpty();
    }
}
