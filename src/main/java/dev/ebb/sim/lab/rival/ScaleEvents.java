package dev.ebb.sim.lab.rival;

/** Changes of size in one direction, for as long as a policy may look back. For one thread. */
final class ScaleEvents {
    private final double keep;
    private double[] times = new double[8];
    private int[] changes = new int[8];
    private int head;
    private int size;

    /**
     * @param keep seconds for which an event counts at most
     */
    ScaleEvents(double keep) {
        this.keep = keep;
    }

    /** So many came or went at this moment, which is not before the last one. */
    void add(double now, int change) {
        while (size > 0 && times[head] <= now - keep) {
            head = (head + 1) % times.length;
            size--;
        }
        if (size == times.length) {
            grow();
        }
        int slot = (head + size++) % times.length;
        times[slot] = now;
        changes[slot] = change;
    }

    /** At most one event for each decision within the longest period: the growth has an end. */
    private void grow() {
        var moreTimes = new double[2 * size];
        var moreChanges = new int[2 * size];
        for (int i = 0; i < size; i++) {
            moreTimes[i] = times[(head + i) % size];
            moreChanges[i] = changes[(head + i) % size];
        }
        times = moreTimes;
        changes = moreChanges;
        head = 0;
    }

    /** Sum of the changes that are younger than this moment. */
    int after(double moment) {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            int slot = (head + i) % times.length;
            sum += times[slot] > moment ? changes[slot] : 0;
        }
        return sum;
    }
}
