package dev.ebb.sim.lab;

/** Sees a run go by, for reports. Called in the thread of the run. */
public interface Watcher {

    /** Nobody watches. */
    Watcher NONE = new Watcher() {};

    /**
     * The policy wants another number than before; or, in step 0, it begins with this one.
     *
     * @param by asked for its reason, if at all, during this call
     */
    default void decided(int step, int before, int wanted, Autoscaler by) {}

    /**
     * One step is over.
     *
     * @param load that was offered in it
     * @param ready instances that served
     * @param billed instances that cost: starting, ready and draining
     */
    default void passed(int step, double load, int ready, int billed) {}
}
