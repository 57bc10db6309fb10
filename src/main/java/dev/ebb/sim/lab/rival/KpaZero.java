package dev.ebb.sim.lab.rival;

/**
 * How Knative goes to no pod at all. A revision that wants none keeps one until it has been active
 * for a stable window; then it is marked inactive, which puts the activator in the path of its
 * requests, and keeps what it has; and once it has been inactive for the grace period, and for the
 * last pod's retention where that is longer, it has none. The activator's probe is taken to succeed
 * at once. Whoever wants any is active. Source: {@code handleScaleToZero} in {@code
 * pkg/reconciler/autoscaling/kpa/scaler.go} of knative/serving, without the short cut for revisions
 * that have had the activator in their path for long: that depends on the capacity for bursts. For
 * one thread.
 */
final class KpaZero {
    private final double window;
    private final double patience;
    private boolean active = true;
    private double since;

    /**
     * @param window stable window, seconds
     * @param grace from inactive to none, seconds
     * @param retention the last pod stays as long, seconds
     */
    KpaZero(double window, double grace, double retention) {
        this.window = window;
        this.patience = Math.max(grace, retention);
    }

    /**
     * What is applied of a wish.
     *
     * @param desired within its bounds
     * @param present what was applied before
     */
    int applied(double now, int desired, int present) {
        if (desired > 0) {
            if (!active) {
                active = true;
                since = now;
            }
            return desired;
        }
        if (!active) {
            return now - since >= patience ? 0 : present;
        }
        if (now - since < window) {
            return 1;
        }
        active = false;
        since = now;
        return present;
    }

    /** For people: nothing, or that it is on its way to none. */
    String state() {
        return active ? "" : ", inactive";
    }
}
