package dev.ebb.gateway;

/**
 * How long connections to one instance may be unused before we close them: as configured, or less,
 * from what the instance promises (Keep-Alive) and from what it was seen to do. An instance that
 * closes first may do so while a request is on its way, and what becomes of that one nobody can
 * tell (RFC 9112 9.6); so we stay below its habit by a quarter, and by {@link #SLACK_NANOS} at
 * least.
 *
 * <p>An instance that ends closes everything, too, and that is no habit. So what was learned is
 * taken back when the instance proves to have ended: connections of several ages closed together,
 * or it cannot be reached soon after. What stays is tried from time to time: the pool keeps one
 * connection longer, which no request uses, and {@link #tested} says how long it lived. Nanoseconds
 * of {@code System.nanoTime}. One event loop.
 */
final class IdleTime {
    /** A close sooner than this after a request was sent may have crossed it on its way. */
    static final long CROSSING_NANOS = 250_000_000L;

    /** For so long what was learned may be taken back. */
    static final long DOUBT_NANOS = 10_000_000_000L;

    /** Between two tests, at first; twice as long each time that one confirms what is known. */
    static final long TEST_NANOS = 30_000_000_000L;

    private static final long TEST_MAX_NANOS = 3_600_000_000_000L;
    private static final long SHORTEST_NANOS = 250_000_000L;

    /** For timers that are coarse, on both sides. */
    private static final long SLACK_NANOS = 250_000_000L;

    /** A close sooner than this is no habit of the instance's, but its end. */
    private static final long HABIT_NANOS = 1_000_000_000L;

    /** Closes within this time have one cause. */
    private static final long TOGETHER_NANOS = 500_000_000L;

    private static final long ANY = Long.MAX_VALUE;

    /** What a close by the instance shows, and other loops should know. */
    enum Seen {
        NOTHING,

        /** It closes what is unused for so long. */
        HABIT,

        /** It has ended. */
        END
    }

    private final long configured;
    private long promised = ANY;
    private long learned = ANY;

    /** Before what is in doubt. */
    private long learnedBefore = ANY;

    private boolean doubtful;
    private long learnedAt;

    /** The first close of those that came together, and how long that connection was unused. */
    private boolean seenAny;

    private long seenAt;
    private long seenIdle;
    private boolean endedOnce;
    private long endedAt;
    private long testedAt;
    private long testPause = TEST_NANOS;

    IdleTime(long configuredNanos) {
        configured = configuredNanos;
    }

    long nanos() {
        return Math.min(most(), learned);
    }

    /** The same, if nothing was seen of it. */
    long most() {
        return Math.min(configured, promised);
    }

    /**
     * The instance closes what is unused for so long: it says so with each answer, the last counts.
     */
    void promised(long theirs) {
        promised = below(theirs);
    }

    private static long below(long theirs) {
        return Math.max(SHORTEST_NANOS, theirs - Math.max(theirs / 4, SLACK_NANOS));
    }

    /** The instance has closed a connection that was unused for so long. */
    Seen seen(long theirs, long nowNanos) {
        boolean together = seenAny && nowNanos - seenAt <= TOGETHER_NANOS;
        if (together && Math.abs(theirs - seenIdle) > SLACK_NANOS) {
            boolean _ = ended(nowNanos);
            return Seen.END;
        }
        if (!together) {
            seenAny = true;
            seenAt = nowNanos;
            seenIdle = theirs;
        }
        boolean ending = endedOnce && nowNanos - endedAt <= TOGETHER_NANOS;
        if (theirs < HABIT_NANOS || ending) {
            return Seen.NOTHING;
        }
        learn(below(theirs), nowNanos);
        return below(theirs) < most() ? Seen.HABIT : Seen.NOTHING;
    }

    private void learn(long below, long nowNanos) {
        if (below >= nanos()) {
            return;
        }
        if (!isDoubtful(nowNanos)) {
            learnedBefore = learned;
        }
        learned = below;
        learnedAt = nowNanos;
        doubtful = true;
        testedAt = nowNanos;
        testPause = TEST_NANOS;
    }

    private boolean isDoubtful(long nowNanos) {
        return doubtful && nowNanos - learnedAt <= DOUBT_NANOS;
    }

    /** The instance has broken off an answer: with what closes at the same time it ends. */
    void brokeOff(long nowNanos) {
        if (doubtful && nowNanos - learnedAt <= TOGETHER_NANOS) {
            ended(nowNanos);
        }
        endedOnce = true;
        endedAt = nowNanos;
    }

    /**
     * The instance cannot be reached, or is out: what it closed just before was closed by its end.
     *
     * @return whether that took back anything
     */
    boolean ended(long nowNanos) {
        boolean back = isDoubtful(nowNanos);
        if (back) {
            learned = learnedBefore;
        }
        doubtful = false;
        endedOnce = true;
        endedAt = nowNanos;
        return back;
    }

    /** Whether a connection should be kept for longer than {@link #nanos}, and not be used. */
    boolean wantsTest(long nowNanos) {
        return learned < most() && !isDoubtful(nowNanos) && nowNanos - testedAt >= testPause;
    }

    /** An unused connection was kept for so long, and then closed by the instance or by us. */
    void tested(long lived, long nowNanos) {
        doubtful = false;
        testedAt = nowNanos;
        if (lived >= most()) {
            learned = ANY;
            testPause = TEST_NANOS;
        } else {
            learned = Math.max(learned, below(lived));
            testPause = Math.min(TEST_MAX_NANOS, 2 * testPause);
        }
    }
}
