package dev.ebb.core;

import java.util.List;

/**
 * Step 2's result.
 *
 * @param out how many instances the load asks for now, within the range
 * @param in the fewest that the recent past allows, within the range; never below {@code out}
 * @param strict how many the load asks for now without any tolerance, or with it in all but the
 *     worst of its noise, within the range: what must be left after a stop
 * @param needs every resource's say
 * @param cpuDemandCores CPU in use, over the scale-in window, data that is missing counted as full
 * @param inFlightDemand requests in flight, over the scale-in window
 */
record Sizing(
        int out,
        int in,
        int strict,
        List<Need> needs,
        double cpuDemandCores,
        double inFlightDemand) {}
