package dev.ebb.sim.lab.rival;

/**
 * A scale target's pods as the HPA's calculator groups them. All that it needs of each group are
 * its size and its sums, so a fleet of equal pods needs no list of them. Immutable.
 *
 * @param ready pods that count with what they use
 * @param usage sum of what the ready ones use, in milli-units
 * @param request sum of what the ready ones request
 * @param unready pods that are pending, or whose readiness says that they have not begun
 * @param unreadyRequest sum of what those request
 * @param missing pods without a sample
 * @param missingRequest sum of what those request
 * @param missingFull sum over those of {@code request * max(100, target) / 100}, each truncated:
 *     what they are taken to use when everything else would scale in
 */
public record HpaPods(
        int ready,
        long usage,
        long request,
        int unready,
        long unreadyRequest,
        int missing,
        long missingRequest,
        long missingFull) {

    /** What a pod is to the calculator. */
    public enum State {
        READY,
        UNREADY,
        MISSING,
        /** Failed or being deleted: not there. */
        IGNORED
    }

    /** A fleet of equal pods. */
    static HpaPods equal(int ready, double utilization, int unready) {
        long each = 1000;
        // The smallest part of a unit that is counted is a thousandth, over the sum of all pods.
        long used = Math.round(utilization * each * ready);
        return new HpaPods(ready, used, each * ready, unready, each * unready, 0, 0, 0);
    }

    /** The same with one more pod. */
    HpaPods and(State state, long podRequest, long podUsage, int target) {
        return switch (state) {
            case IGNORED -> this;
            case READY ->
                    new HpaPods(
                            ready + 1,
                            usage + podUsage,
                            request + podRequest,
                            unready,
                            unreadyRequest,
                            missing,
                            missingRequest,
                            missingFull);
            case UNREADY ->
                    new HpaPods(
                            ready,
                            usage,
                            request,
                            unready + 1,
                            unreadyRequest + podRequest,
                            missing,
                            missingRequest,
                            missingFull);
            case MISSING ->
                    new HpaPods(
                            ready,
                            usage,
                            request,
                            unready,
                            unreadyRequest,
                            missing + 1,
                            missingRequest + podRequest,
                            missingFull + podRequest * Math.max(100, target) / 100);
        };
    }

    /** No pod. */
    static HpaPods none() {
        return new HpaPods(0, 0, 0, 0, 0, 0, 0, 0);
    }
}
