package dev.ebb.sim.lab;

/**
 * The instances of one run, as numbers: those that start, by the step in which they become ready,
 * those that serve, and those that drain. For one thread.
 *
 * <p>When fewer are wanted, those that still start go first, the youngest before the others, and at
 * once: they have nothing to drain.
 */
final class Fleet {
    private final int startSteps;
    private final int drainSteps;
    private final int[] readyAt;
    private final int[] goneAt;
    private int index;
    private int ready;
    private int starting;
    private int draining;
    private long starts;

    /**
     * @param ready instances that serve at the beginning
     */
    Fleet(FleetModel model, int ready) {
        this.startSteps = model.startSteps();
        this.drainSteps = model.drainSteps();
        this.readyAt = new int[startSteps + 1];
        this.goneAt = new int[drainSteps + 1];
        this.ready = ready;
    }

    /** The next step begins: what was to become ready or gone by now does. */
    void advance() {
        index++;
        int up = index % readyAt.length;
        ready += readyAt[up];
        starting -= readyAt[up];
        readyAt[up] = 0;
        int down = index % goneAt.length;
        draining -= goneAt[down];
        goneAt[down] = 0;
    }

    /** Before the first step: so many serve, as if they had for long. */
    void settle(int count) {
        ready = count;
    }

    /** Starts or removes until as many as this are ready or starting. */
    void want(int wanted) {
        int more = wanted - ready - starting;
        if (more > 0) {
            start(more);
        } else if (more < 0) {
            remove(-more);
        }
    }

    private void start(int count) {
        starts += count;
        if (startSteps == 0) {
            ready += count;
            return;
        }
        readyAt[(index + startSteps) % readyAt.length] += count;
        starting += count;
    }

    private void remove(int count) {
        int left = count;
        for (int age = 0; age < startSteps && left > 0 && starting > 0; age++) {
            int slot = Math.floorMod(index + startSteps - age, readyAt.length);
            int cancelled = Math.min(left, readyAt[slot]);
            readyAt[slot] -= cancelled;
            starting -= cancelled;
            left -= cancelled;
        }
        ready -= left;
        if (drainSteps > 0) {
            goneAt[(index + drainSteps) % goneAt.length] += left;
            draining += left;
        }
    }

    int ready() {
        return ready;
    }

    int starting() {
        return starting;
    }

    int billed() {
        return ready + starting + draining;
    }

    long starts() {
        return starts;
    }
}
