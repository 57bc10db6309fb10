package dev.ebb.sim.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What a run looked like, kept as its changes: the fleet's size whenever it is another than in the
 * step before, and the decisions with their reasons, up to a limit. For one thread, until it is
 * read.
 */
public final class Recording implements Watcher {
    /** Decisions that are kept with their reasons; the rest is only counted. */
    public static final int LIMIT = 50_000;

    /** Changes of size that are kept; the first ones. */
    private static final int CHANGES = 4_000_000;

    private int[] steps = new int[256];
    private int[] readies = new int[256];
    private int[] bills = new int[256];
    private int size;
    private int last;
    private final List<Decision> decisions = new ArrayList<>();
    private long dropped;

    /**
     * @param step of the model
     * @param before how many were wanted
     * @param wanted how many are wanted now
     * @param reason in a sentence
     */
    public record Decision(int step, int before, int wanted, String reason) {}

    @Override
    public void decided(int step, int before, int wanted, Autoscaler by) {
        if (decisions.size() < LIMIT) {
            decisions.add(new Decision(step, before, wanted, by.reason()));
        } else {
            dropped++;
        }
    }

    @Override
    public void passed(int step, double load, int ready, int billed) {
        last = step;
        boolean same = size > 0 && readies[size - 1] == ready && bills[size - 1] == billed;
        if (same || size == CHANGES) {
            return;
        }
        if (size == steps.length) {
            steps = Arrays.copyOf(steps, 2 * size);
            readies = Arrays.copyOf(readies, 2 * size);
            bills = Arrays.copyOf(bills, 2 * size);
        }
        steps[size] = step;
        readies[size] = ready;
        bills[size++] = billed;
    }

    /** How often the size changed, the beginning included. */
    public int changes() {
        return size;
    }

    /** The step of the model in which this change came. */
    public int step(int change) {
        return steps[change];
    }

    /** Instances that serve from this change on. */
    public int ready(int change) {
        return readies[change];
    }

    /** Instances that cost from this change on. */
    public int billed(int change) {
        return bills[change];
    }

    /** The last step. */
    public int last() {
        return last;
    }

    /** In order of time; the first one is the beginning. */
    public List<Decision> decisions() {
        return Collections.unmodifiableList(decisions);
    }

    /** Decisions beyond the limit, which are not kept. */
    public long dropped() {
        return dropped;
    }
}
