package dev.ebb.sim.lab;

/**
 * How requests stand at the end of a step.
 *
 * @param carrying instances that serve
 * @param working requests that are worked on
 * @param waiting requests that wait at an instance
 * @param refusedTotal requests that found no room, since the trace began
 * @param finished requests finished a second in that step
 */
public record QueueSight(
        int carrying, long working, int waiting, long refusedTotal, double finished) {}
