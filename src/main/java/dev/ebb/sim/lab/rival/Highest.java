package dev.ebb.sim.lab.rival;

/**
 * The highest of the last so many numbers, in constant time: a queue of those that a later one has
 * not reached yet. For one thread.
 */
final class Highest {
    private final int[] values;
    private final long[] at;
    private final int width;
    private int head;
    private int size;
    private long count;

    /**
     * @param width how many numbers count, the newest included
     */
    Highest(int width) {
        this.width = width;
        this.values = new int[width];
        this.at = new long[width];
    }

    int width() {
        return width;
    }

    /** Takes in one more; returns the highest of the last {@link #width}. */
    int add(int value) {
        while (size > 0 && values[(head + size - 1) % width] <= value) {
            size--;
        }
        if (size > 0 && at[head] <= count - width) {
            head = (head + 1) % width;
            size--;
        }
        int slot = (head + size) % width;
        values[slot] = value;
        at[slot] = count++;
        size++;
        return values[head];
    }
}
