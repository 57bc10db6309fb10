package dev.ebb.gateway;

/**
 * How long connections to one instance may be unused before we close them: as configured, or less,
 * from what the instance promises (Keep-Alive) and from what it was seen to do. An instance that
 * closes first may do so while a request is on its way, and what becomes of that one nobody can
 * tell (RFC 9112 9.6); so we stay below its habit by a quarter, and by {@link #SLACK_NANOS} at
 * least. It never grows again: a new instance begins anew. Nanoseconds. One event loop.
 */
final class IdleTime {
    private static final long SHORTEST_NANOS = 250_000_000L;

    /** For timers that are coarse, on both sides. */
    private static final long SLACK_NANOS = 250_000_000L;

    /** A close sooner than this is no habit of the instance's, but its end. */
    private static final long HABIT_NANOS = 1_000_000_000L;

    private long nanos;

    IdleTime(long configuredNanos) {
        nanos = configuredNanos;
    }

    long nanos() {
        return nanos;
    }

    /** The instance closes what is unused for so long; returns whether that is news. */
    boolean promised(long theirs) {
        long below = Math.max(SHORTEST_NANOS, theirs - Math.max(theirs / 4, SLACK_NANOS));
        boolean news = below < nanos;
        nanos = Math.min(nanos, below);
        return news;
    }

    /** The instance has closed a connection that was unused for so long; the same. */
    boolean seen(long theirs) {
        return theirs >= HABIT_NANOS && promised(theirs);
    }
}
