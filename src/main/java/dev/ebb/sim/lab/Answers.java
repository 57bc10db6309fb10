package dev.ebb.sim.lab;

import dev.ebb.core.LatencyCounts;

/**
 * What became of requests in one step, as it is measured. Immutable.
 *
 * @param ready instances that served
 * @param used their utilization, as the mean over the step, 0 to 1
 * @param latencies of those that were answered in it
 * @param requests that were answered or refused in it
 * @param refused of those
 */
public record Answers(
        int ready, double used, LatencyCounts latencies, double requests, double refused) {}
