package dev.ebb.sim.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What a run looked like, kept as its changes: the fleet's size whenever it is another than in the
 * step before, and every decision with its reason, packed, up to a limit of memory. For one thread,
 * until it is read.
 */
public final class Recording implements Watcher {
    /** Bytes that decisions may take when they are packed: some 200,000 of them, or more. */
    private static final int LIMIT = 2 << 20;

    /** Decisions in a pack: as few as can be unpacked at once where somebody points. */
    private static final int PACK = 1000;

    /** Changes of size that are kept; the first ones. */
    private static final int CHANGES = 4_000_000;

    private int[] steps = new int[256];
    private int[] readies = new int[256];
    private int[] bills = new int[256];
    private int size;
    private int last;
    private final List<Decision> open = new ArrayList<>();
    private final List<DecisionPack> packs = new ArrayList<>();
    private long packed;
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
        if (packed >= LIMIT) {
            dropped++;
            return;
        }
        open.add(new Decision(step, before, wanted, by.reason()));
        if (open.size() == PACK) {
            close();
        }
    }

    private void close() {
        if (!open.isEmpty()) {
            packs.add(DecisionPack.of(open));
            packed += packs.getLast().packed().length;
            open.clear();
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

    /** All decisions that are kept, in order of time; the first one is the beginning. */
    public List<DecisionPack> packs() {
        close();
        return Collections.unmodifiableList(packs);
    }

    /** The same, one by one. */
    public List<Decision> decisions() {
        return packs().stream().flatMap(pack -> pack.decisions().stream()).toList();
    }

    /** Decisions beyond the limit, which are not kept. */
    public long dropped() {
        return dropped;
    }
}
