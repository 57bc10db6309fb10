package dev.ebb.sim.lab.rival;

/**
 * What an HPA has wanted lately, before stabilization and limits: the memory of its stabilization
 * windows. For one thread.
 */
final class Recommendations {
    private final double keep;
    private double[] times = new double[32];
    private int[] replicas = new int[32];
    private int head;
    private int size;

    /**
     * @param keep seconds for which one may count at most
     */
    Recommendations(double keep) {
        this.keep = keep;
    }

    /** This many were wanted at this moment, which is not before the last one. */
    void add(double now, int wanted) {
        while (size > 0 && times[head] < now - keep) {
            head = (head + 1) % times.length;
            size--;
        }
        if (size == times.length) {
            grow();
        }
        int slot = (head + size++) % times.length;
        times[slot] = now;
        replicas[slot] = wanted;
    }

    /** At most one for each decision within the longest window: the growth has an end. */
    private void grow() {
        var moreTimes = new double[2 * size];
        var moreReplicas = new int[2 * size];
        for (int i = 0; i < size; i++) {
            moreTimes[i] = times[(head + i) % size];
            moreReplicas[i] = replicas[(head + i) % size];
        }
        times = moreTimes;
        replicas = moreReplicas;
        head = 0;
    }

    /**
     * With a behaviour: not below the lowest wish of the window for scaling out, nor above the
     * highest of that for scaling in. Only wishes strictly younger than a window count.
     */
    int stabilized(int current, int desired, double upWindow, double downWindow, double now) {
        int low = desired;
        int high = desired;
        for (int i = 0; i < size; i++) {
            int slot = (head + i) % times.length;
            if (times[slot] > now - upWindow) {
                low = Math.min(low, replicas[slot]);
            }
            if (times[slot] > now - downWindow) {
                high = Math.max(high, replicas[slot]);
            }
        }
        return Math.min(Math.max(current, low), high);
    }

    /** Without one: the highest wish that is not older than the window. */
    int highest(int desired, double window, double now) {
        int high = desired;
        for (int i = 0; i < size; i++) {
            int slot = (head + i) % times.length;
            if (times[slot] >= now - window) {
                high = Math.max(high, replicas[slot]);
            }
        }
        return high;
    }
}
