package dev.ebb.balance;

/**
 * One event loop's part of what is configured for a whole gateway. Loops do not talk to each other
 * on the request path, so a figure is divided among them: exactly, the first ones getting one more
 * where it does not divide evenly, but never less than one. A limit below the number of loops is
 * therefore, over all, as many as there are loops.
 *
 * @param index of the loop, from 0
 */
public record LoopShare(int index, int loops) {
    public static final LoopShare ALL = new LoopShare(0, 1);

    public LoopShare {
        if (loops < 1 || index < 0 || index >= loops) {
            throw new IllegalArgumentException("no share: %d of %d".formatted(index, loops));
        }
    }

    /** This loop's part of a whole number of things. */
    public int of(int whole) {
        int part = whole / loops + (index < whole % loops ? 1 : 0);
        return Math.max(1, part);
    }
}
