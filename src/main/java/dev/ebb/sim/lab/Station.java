package dev.ebb.sim.lab;

/**
 * One instance with its queue, by the times at which its slots become free: as requests are served
 * in the order in which they come, a request's end is known when it comes. For one thread.
 */
final class Station {
    private final double born;
    private final double[] free;
    private final double[] ends;
    private int size;

    /**
     * @param born second in which it became ready
     * @param most requests that it takes, waiting ones included
     */
    Station(double born, int slots, int most) {
        this.born = born;
        this.free = new double[slots];
        this.ends = new double[most];
    }

    double born() {
        return born;
    }

    /** Requests that are here, in work or waiting. */
    int busy(double now) {
        while (size > 0 && ends[0] <= now) {
            drop();
        }
        return size;
    }

    boolean isFull(double now) {
        return busy(now) == ends.length;
    }

    /** Takes a request; returns the second at which it will be answered. */
    double take(double now, double service) {
        double begins = Math.max(now, free[0]);
        double end = begins + service;
        free[0] = end;
        sink(free, free.length);
        push(end);
        return end;
    }

    /**
     * Slot-seconds of work that it has before it at this moment. Slots are never idle before they
     * become free, as who waits begins at once.
     */
    double backlog(double now) {
        double work = 0;
        for (double end : free) {
            work += Math.max(0, end - now);
        }
        return work;
    }

    private void push(double end) {
        int at = size++;
        while (at > 0 && ends[(at - 1) / 2] > end) {
            ends[at] = ends[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        ends[at] = end;
    }

    private void drop() {
        ends[0] = ends[--size];
        sink(ends, size);
    }

    /** Puts the first where it belongs in a heap with the smallest at its top. */
    private static void sink(double[] heap, int size) {
        double value = heap[0];
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= value) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = value;
    }
}
