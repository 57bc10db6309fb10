package dev.ebb.sim.lab;

import java.util.Optional;

/**
 * What a policy may know at one step. There is one such object for a whole run, and its answers
 * change from step to step: keep numbers, not it. Before the trace began, its first load had been
 * there for long. For one thread.
 */
public interface Signals {

    /** Number of the step that is about to begin; the first is 0. */
    int index();

    /** Seconds since the trace began. */
    double now();

    /** What the clock on the wall shows: seconds since the epoch; see {@link Trace#begin}. */
    double epoch();

    /** Instances that serve. */
    int ready();

    /** Instances that were ordered and do not serve yet. */
    int starting();

    /** The answer of the step before: ready and starting together. */
    int wanted();

    /** Offered load, uncapped, in the newest step that is seen; in the trace's unit. */
    double load();

    /** Requests that wait, in the newest step that is seen; empty where load is a fluid. */
    Optional<QueueSight> queue();

    /**
     * Utilization of the ready instances, each step's capped at 1, as the mean over the window, and
     * as old as a metrics pipeline makes it.
     */
    double utilization();

    /**
     * What {@link #utilization} is a share of, times it: busy instances, capped at those that were
     * ready, as the mean over the same window.
     */
    double busy();

    /** What became of requests in the newest step that is seen, where the model has any. */
    default Optional<Answers> answers() {
        return Optional.empty();
    }
}
