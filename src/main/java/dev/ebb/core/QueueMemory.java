package dev.ebb.core;

/**
 * The recent past of a service's queue, and what was learned from it. Immutable, bounded.
 *
 * @param points the recent past
 * @param bears requests that an instance works on at once when others have to wait: its limit,
 *     whoever set it; 0 before any had to
 */
public record QueueMemory(Series<QueuePoint> points, double bears) {
    static final QueueMemory NONE = new QueueMemory(Series.empty(QueuePoint::atNanos), 0);

    /** A lower limit is learned slowly: one loop's queue may be full beside another's room. */
    private static final double SLOW = 0.1;

    /**
     * With one more point.
     *
     * @param settled whether all who carry the load have done so for a while: a newcomer takes less
     *     than it can, which is better than to know nothing
     */
    QueueMemory after(QueuePoint point, boolean settled, long spacingNanos) {
        boolean tells = settled || bears == 0;
        boolean full = tells && point.carrying() > 0 && point.waiting() >= point.carrying();
        return new QueueMemory(points.plus(point, spacingNanos), full ? learned(point) : bears);
    }

    private double learned(QueuePoint point) {
        double each = (double) point.inFlight() / point.carrying();
        return bears == 0 ? each : Math.max(each, bears + SLOW * (each - bears));
    }

    /** Requests refused a second, over this window. */
    double shedPerSecond(long windowNanos) {
        return points.ratePerSecond(QueuePoint::shedTotal, windowNanos).orElse(0);
    }

    /** After a time in which nothing was observed. */
    QueueMemory afterGap() {
        return new QueueMemory(NONE.points, bears);
    }
}
