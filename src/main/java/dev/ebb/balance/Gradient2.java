package dev.ebb.balance;

/**
 * A limit that follows latency: the algorithm Gradient2 of Netflix' concurrency-limits. Once in a
 * window of a second with ten samples or more, with the window's mean latency as {@code short} and
 * its exponential average over 600 windows as {@code long}:
 *
 * <pre>
 * gradient = max(0.5, min(1, 1.5 long / short))
 * limit    = 0.8 limit + 0.2 (limit gradient + queue), within min and max
 * </pre>
 *
 * No step while fewer than half of the limit were ever in flight: what is not used proves nothing.
 * If {@code long} is beyond twice {@code short}, it comes down by 5 %: an overload is over. All
 * figures but the latencies are the loop's share of the instance's.
 *
 * <p>Different here: a window that is too thin goes on instead of being dropped, and {@link
 * #rebaseline}. When another instance leaves, latency rises legally; held against the old average
 * the limit would shrink at just the moment at which it must carry more. The average starts again
 * instead, up to twice what it was: beyond that it is no consequence of a removal any more.
 */
final class Gradient2 implements ConcurrencyLimit {
    static final double TOLERANCE = 1.5;
    static final double SMOOTHING = 0.2;
    static final int QUEUE = 4;
    static final int LONG_WINDOWS = 600;
    static final int WARM_WINDOWS = 10;
    static final double REBASE_MOST = 2;

    private static final long WINDOW_NANOS = 1_000_000_000L;
    private static final int LEAST_SAMPLES = 10;
    private static final double LEAST_NANOS = 1;

    private final int min;
    private final int max;
    private final int queue;
    private double limit;

    private double longNanos;
    private double warmSum;
    private int warm;
    private double ceiling = Double.POSITIVE_INFINITY;

    private boolean open;
    private long openedNanos;
    private double sum;
    private int samples;
    private int mostInFlight;

    Gradient2(LimitPolicy.Adaptive policy, LoopShare share) {
        min = share.of(policy.min());
        max = Math.max(min, share.of(policy.max()));
        queue = share.of(QUEUE);
        limit = Math.min(max, Math.max(min, share.of(policy.initial())));
    }

    @Override
    public int limit() {
        return (int) limit;
    }

    @Override
    public void sample(long latencyNanos, int inFlight, long nowNanos) {
        if (!open) {
            open = true;
            openedNanos = nowNanos;
        }
        sum += latencyNanos;
        samples++;
        mostInFlight = Math.max(mostInFlight, inFlight);
        if (samples >= LEAST_SAMPLES && nowNanos - openedNanos >= WINDOW_NANOS) {
            step(Math.max(LEAST_NANOS, sum / samples), mostInFlight);
            discard();
        }
    }

    private void discard() {
        open = false;
        sum = 0;
        samples = 0;
        mostInFlight = 0;
    }

    private void step(double shortNanos, int inFlight) {
        double average = learn(shortNanos);
        if (average > 2 * shortNanos) {
            longNanos *= 0.95;
        }
        if (inFlight < limit / 2) {
            return;
        }
        double gradient = Math.max(0.5, Math.min(1, TOLERANCE * average / shortNanos));
        double wanted = limit * gradient + queue;
        limit = Math.max(min, Math.min(max, limit * (1 - SMOOTHING) + wanted * SMOOTHING));
    }

    private double learn(double shortNanos) {
        if (warm < WARM_WINDOWS) {
            warm++;
            warmSum += shortNanos;
            longNanos = Math.min(ceiling, warmSum / warm);
        } else {
            double step = 2.0 / (LONG_WINDOWS + 1);
            longNanos += (shortNanos - longNanos) * step;
        }
        return longNanos;
    }

    @Override
    public void rebaseline() {
        if (warm == 0) {
            return;
        }
        // Twice in a row must not double the ceiling twice.
        if (warm >= WARM_WINDOWS || ceiling == Double.POSITIVE_INFINITY) {
            ceiling = REBASE_MOST * longNanos;
        }
        warm = 0;
        warmSum = 0;
        discard();
    }

    /** The long average, for tests and people. */
    double longNanos() {
        return longNanos;
    }
}
