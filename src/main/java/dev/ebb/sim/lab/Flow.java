package dev.ebb.sim.lab;

import java.util.Optional;

/** What becomes of the load in one step, and what can be seen of it. For one thread. */
interface Flow {

    /**
     * One step is served.
     *
     * @param begin seconds since the trace began
     * @param load that the trace has for it
     * @param ready instances that serve
     */
    void serve(double begin, double load, int ready);

    /** What came in that step, in the trace's unit, as it is measured. */
    double offered();

    /** Busy instances in that step, as the mean over it. */
    double busy();

    /** How the queues stand at the step's end; empty where load is a fluid. */
    Optional<QueueSight> queue();

    /** What has come, in all steps so far. */
    double totalOffered();

    /** What missed the objective of it. */
    double totalMissed();

    /** What was beyond the capacity of it. */
    double totalOverload();

    /** Response times, where there are requests. */
    Optional<Latencies> latencies();

    /** What became of requests in that step, where there are any. */
    default Optional<Answers> answers() {
        return Optional.empty();
    }
}
