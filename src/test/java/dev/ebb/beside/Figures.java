package dev.ebb.beside;

import java.util.List;
import java.util.Map;

/**
 * What became of one side, for the table, the page and the JSON. Times in seconds as measured,
 * which is the {@link Knob#FACTOR}th part of what they would be with customary settings.
 *
 * @param sides in the order of the table
 */
record Figures(
        String date,
        String machine,
        Map<String, String> versions,
        int factor,
        int cycles,
        int interrupted,
        double seconds,
        List<Side> sides) {

    /** Requests of one kind, and those of them that failed, by what happened to them. */
    record Requests(long sent, long failed, Map<String, Long> byKind) {}

    /**
     * One that scales, with what carries the requests.
     *
     * @param instanceSeconds for how long processes of pods lived in all
     * @param removed pods that went in the whole cycles
     * @param asChosen of those, how many were the ones that had been chosen; -1 where nobody
     *     chooses
     * @param scaledIn from the fall of the load until the last pod to go had gone, in each cycle
     * @param recovered from the load's return, after all had gone, until all serve again
     * @param rescued the same, when it returned in the middle of a trial of Ebb's
     * @param rescuedForTheNeed interrupted cycles in which Ebb rescued because of the load
     * @param needToRescue ticks from the one that saw the need to the one that rescued, where both
     *     were seen from outside: on a busy machine a look may come too late
     * @param startedWhenInterrupted pods that were started in the interrupted cycles
     * @param p99AfterReturn of the requests from the load's return on, milliseconds
     */
    record Side(
            String name,
            Requests requests,
            Requests longRequests,
            double p50Millis,
            double p99Millis,
            double instanceSeconds,
            int removed,
            int asChosen,
            List<Double> scaledIn,
            List<Double> recovered,
            List<Double> p99AfterReturn,
            List<Double> rescued,
            List<Double> p99AfterRescue,
            int rescuedForTheNeed,
            List<Long> needToRescue,
            int startedWhenInterrupted) {}
}
