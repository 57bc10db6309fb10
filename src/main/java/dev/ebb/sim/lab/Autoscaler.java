package dev.ebb.sim.lab;

/**
 * A policy at work in one run. It is asked once in each step, in order, and may remember what it
 * likes. For one thread.
 */
public interface Autoscaler {

    /**
     * How many instances it wants, starting ones included. What is outside of the model's range is
     * brought into it. A policy that only decides now and then answers {@link Signals#wanted} in
     * between. The first answer is the fleet that it begins with.
     */
    int decide(Signals signals);

    /**
     * Why the last answer was what it was, in one sentence with its numbers. Only asked for when
     * somebody wants to read it, and before the next {@link #decide}.
     */
    String reason();
}
