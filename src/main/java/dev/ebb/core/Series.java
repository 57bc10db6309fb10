package dev.ebb.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * The recent past of one reading: points no closer together than a spacing, and the latest one.
 * Rates come from cumulative totals, so a lost point costs precision and never correctness; a total
 * that went back (a restart of what counts) begins a new series. Immutable.
 *
 * @param <T> the reading
 */
public final class Series<T> {
    private static final int POINTS_MAX = 24;

    private final Object[] points;

    /** When each point was taken; beside the points, so that a search stays in one place. */
    private final long[] times;

    private final ToLongFunction<T> clock;

    private Series(Object[] points, long[] times, ToLongFunction<T> clock) {
        this.points = points;
        this.times = times;
        this.clock = clock;
    }

    /**
     * @param clock when a reading was taken, monotonic nanoseconds
     */
    public static <T> Series<T> empty(ToLongFunction<T> clock) {
        return new Series<>(new Object[0], new long[0], clock);
    }

    /** The series that has these points, oldest first; for what was written down. */
    public static <T> Series<T> of(List<T> points, ToLongFunction<T> clock) {
        long[] times = points.stream().mapToLong(clock).toArray();
        return new Series<>(points.toArray(), times, clock);
    }

    /** All points, oldest first. */
    public List<T> points() {
        List<T> all = new ArrayList<>(points.length);
        for (int i = 0; i < points.length; i++) {
            all.add(at(i));
        }
        return List.copyOf(all);
    }

    /**
     * This series with a newer point. An older or repeated one changes nothing. The last point is
     * replaced as long as it is closer than {@code spacingNanos} to the one before it.
     */
    public Series<T> plus(T point, long spacingNanos) {
        int n = points.length;
        long at = clock.applyAsLong(point);
        if (n > 0 && at <= times[n - 1]) {
            return this;
        }
        boolean replaceLast = n > 1 && times[n - 1] - times[n - 2] < spacingNanos;
        int dropped = !replaceLast && n == POINTS_MAX ? 1 : 0;
        int kept = replaceLast ? n - 1 : n - dropped;
        Object[] next = new Object[kept + 1];
        System.arraycopy(points, dropped, next, 0, kept);
        next[kept] = point;
        long[] nextTimes = new long[kept + 1];
        System.arraycopy(times, dropped, nextTimes, 0, kept);
        nextTimes[kept] = at;
        return new Series<>(next, nextTimes, clock);
    }

    @SuppressWarnings("unchecked")
    private T at(int index) {
        return (T) points[index];
    }

    public boolean isEmpty() {
        return points.length == 0;
    }

    /**
     * The newest point.
     *
     * @throws IllegalStateException when empty
     */
    public T latest() {
        if (isEmpty()) {
            throw new IllegalStateException("an empty series has no latest point");
        }
        return at(points.length - 1);
    }

    /** Age of the newest point in nanoseconds; {@code Long.MAX_VALUE} when empty. */
    public long ageNanos(Now now) {
        return isEmpty() ? Long.MAX_VALUE : Math.max(0, now.nanosSince(times[times.length - 1]));
    }

    /** Index of the newest point that is at least the window older than the latest, else 0. */
    private int windowStart(long windowNanos) {
        long from = times[times.length - 1] - windowNanos;
        for (int i = times.length - 2; i > 0; i--) {
            if (times[i] <= from) {
                return i;
            }
        }
        return 0;
    }

    /** Growth of a cumulative total per second over the window; empty with fewer than 2 points. */
    public OptionalDouble ratePerSecond(ToLongFunction<T> total, long windowNanos) {
        if (points.length < 2) {
            return OptionalDouble.empty();
        }
        int first = windowStart(windowNanos);
        double seconds = (times[times.length - 1] - times[first]) / 1e9;
        return OptionalDouble.of(growth(total, at(first)) / seconds);
    }

    /** Length of time that the window's points cover; 0 with fewer than 2. */
    public long spanNanos(long windowNanos) {
        return points.length < 2 ? 0 : times[times.length - 1] - times[windowStart(windowNanos)];
    }

    /** Growth of a cumulative total over the window; 0 with fewer than 2 points. */
    public long growth(ToLongFunction<T> total, long windowNanos) {
        return points.length < 2 ? 0 : growth(total, at(windowStart(windowNanos)));
    }

    private long growth(ToLongFunction<T> total, T first) {
        return Math.max(0, total.applyAsLong(latest()) - total.applyAsLong(first));
    }

    /** Mean of a momentary value over the window's points; empty without any. */
    public OptionalDouble mean(ToLongFunction<T> value, long windowNanos) {
        if (isEmpty()) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        int from = windowStart(windowNanos);
        for (int i = from; i < points.length; i++) {
            sum += value.applyAsLong(at(i));
        }
        return OptionalDouble.of(sum / (points.length - from));
    }

    /** The point that the window starts with, for differences of other kinds. */
    public T windowFirst(long windowNanos) {
        return at(windowStart(windowNanos));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Series<?> that && Arrays.equals(points, that.points);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(points);
    }

    @Override
    public String toString() {
        return "Series" + Arrays.toString(points);
    }
}
