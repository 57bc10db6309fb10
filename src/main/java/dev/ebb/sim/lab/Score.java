package dev.ebb.sim.lab;

import java.util.Optional;

/**
 * What a run cost and what it missed. Immutable.
 *
 * <p>The elasticity measures are those of SPEC's research group (Herbst and others, "Ready for
 * rain?", 2016), with the demand in instances that {@link FleetModel#need} gives, in percent.
 *
 * @param instanceHours billed: starting, ready and draining
 * @param missedPercent share of the requests that came while the utilization was above the miss
 *     threshold; with queues, that took longer than the objective
 * @param overloadPercent share of the requests that exceeded the capacity
 * @param starts instances that were started
 * @param directionChanges how often a change of the wanted number went the other way than the
 *     change before it
 * @param accuracyUnder mean of the instances that lacked, relative to the demand
 * @param accuracyOver mean of the instances too many, relative to the demand
 * @param timeshareUnder share of the time with too few instances
 * @param timeshareOver share of the time with too many
 * @param hours length of the run
 * @param latencies response times, where the model has requests
 */
public record Score(
        double instanceHours,
        double missedPercent,
        double overloadPercent,
        long starts,
        long directionChanges,
        double accuracyUnder,
        double accuracyOver,
        double timeshareUnder,
        double timeshareOver,
        double hours,
        Optional<Latencies> latencies) {}
