package dev.ebb.balance;

import java.util.Arrays;

/**
 * The instances that a request has been tried at, so that a retry goes to another one. Belongs to
 * one request on one event loop; a request that is never retried uses {@link #NONE} and allocates
 * nothing. Small: searched from end to end.
 */
public final class Tried {
    /** Nothing tried yet. Nothing can be added to it. */
    public static final Tried NONE = new Tried(new Candidate[0]);

    private Candidate[] candidates;
    private int size;

    private Tried(Candidate[] candidates) {
        this.candidates = candidates;
    }

    /** An empty one that can be added to. */
    public static Tried create() {
        return new Tried(new Candidate[2]);
    }

    /** Remembers an instance; once is enough. */
    public void add(Candidate candidate) {
        if (this == NONE) {
            throw new UnsupportedOperationException("Tried.NONE stays empty; use Tried.create()");
        }
        if (contains(candidate)) {
            return;
        }
        if (size == candidates.length) {
            candidates = Arrays.copyOf(candidates, size * 2);
        }
        candidates[size++] = candidate;
    }

    public boolean contains(Candidate candidate) {
        for (int i = 0; i < size; i++) {
            if (candidates[i] == candidate) {
                return true;
            }
        }
        return false;
    }

    public int size() {
        return size;
    }

    Candidate at(int index) {
        return candidates[index];
    }
}
