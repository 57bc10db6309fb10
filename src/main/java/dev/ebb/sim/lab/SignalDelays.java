package dev.ebb.sim.lab;

/**
 * How old what policies see is. The age of a step is counted from its beginning, so nothing is
 * younger than one step. Immutable.
 *
 * @param load age in seconds of the newest load that is seen; one step, where that is longer
 * @param utilization age in seconds of the newest utilization; one step, where that is longer
 * @param window seconds over which the utilization is a mean
 */
public record SignalDelays(double load, double utilization, double window) {

    /** The load at once; the utilization as a metrics pipeline of Kubernetes gives it. */
    public static final SignalDelays REFERENCE = new SignalDelays(0, 15, 30);

    public SignalDelays {
        if (!(load >= 0 && utilization >= 0 && window > 0)
                || load + utilization + window > 86_400) {
            throw new IllegalArgumentException("delays of signals: between 0 and a day");
        }
    }
}
