package dev.ebb.platform.kubernetes;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How the ticks go. Says so when they are too short for all, at most once a minute. Changed by the
 * control thread, read by any.
 */
final class Ticks {
    private static final long SAY_NANOS = Duration.ofMinutes(1).toNanos();

    private final Duration tick;
    private final Consumer<String> log;
    private final LongSupplier nanoTime;
    private volatile OperatorFigures figures = OperatorFigures.NONE;
    private volatile long endedNanos;
    private long begunNanos;
    private long saidNanos;

    Ticks(Duration tick, Consumer<String> log, LongSupplier nanoTime) {
        this.tick = tick;
        this.log = log;
        this.nanoTime = nanoTime;
        this.endedNanos = nanoTime.getAsLong();
        this.begunNanos = endedNanos - tick.toNanos();
        this.saidNanos = endedNanos - SAY_NANOS;
    }

    /**
     * Whether this one is to be. One that took too long holds up others, which then come at once:
     * they fall out.
     */
    boolean begin() {
        long now = nanoTime.getAsLong();
        if (now - begunNanos < tick.toNanos() / 2) {
            OperatorFigures f = figures;
            figures =
                    new OperatorFigures(
                            f.ticks(),
                            f.skipped() + 1,
                            f.lastTickNanos(),
                            f.longestTickNanos(),
                            0,
                            f.waiting(),
                            f.longestWaitNanos(),
                            f.shortTicks());
            return false;
        }
        begunNanos = now;
        return true;
    }

    /** When the one that is under way, or was last, began. */
    long begunNanos() {
        return begunNanos;
    }

    /** Whether so much of it is over that what can come with the next one should. */
    boolean isLate() {
        return nanoTime.getAsLong() - begunNanos >= tick.toNanos() / 2;
    }

    /** It has nothing to decide: others lead. */
    void rested() {
        endedNanos = nanoTime.getAsLong();
    }

    /**
     * @param all who is looked after
     */
    void ended(int all, Turns.Figures turns) {
        endedNanos = nanoTime.getAsLong();
        long took = endedNanos - begunNanos;
        OperatorFigures f = figures;
        figures =
                new OperatorFigures(
                        f.ticks() + 1,
                        f.skipped(),
                        took,
                        Math.max(f.longestTickNanos(), took),
                        0,
                        turns.waiting(),
                        turns.longestWaitNanos(),
                        turns.shortTicks());
        if (turns.waiting() > 0 && endedNanos - saidNanos >= SAY_NANOS) {
            saidNanos = endedNanos;
            log.accept(
                    ("a tick of %d ms has no time for %d of %d ServiceScales, of which the last"
                                    + " decision is up to %.1f s old; more CPU helps, or a longer"
                                    + " --tick")
                            .formatted(
                                    tick.toMillis(),
                                    turns.waiting(),
                                    all,
                                    turns.longestWaitNanos() / 1e9));
        }
    }

    Duration sinceLast() {
        return Duration.ofNanos(nanoTime.getAsLong() - endedNanos);
    }

    OperatorFigures figures() {
        OperatorFigures f = figures;
        return new OperatorFigures(
                f.ticks(),
                f.skipped(),
                f.lastTickNanos(),
                f.longestTickNanos(),
                sinceLast().toNanos(),
                f.waiting(),
                f.longestWaitNanos(),
                f.shortTicks());
    }
}
