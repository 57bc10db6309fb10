package dev.ebb.core;

import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a queue before the instances asks for. Where they are at their limits, neither CPU nor
 * requests in flight show how much more there is to do: what waits and what is refused does.
 *
 * <p>Waiting requests are requests in flight for which there is no room, so all of them together,
 * over what an instance was seen to work on while others had to wait, are so many instances.
 * Refused requests are a rate beside the rate of the finished: as many more instances as they are
 * more requests. The larger counts, and no more than twice the instances there are: who is refused
 * may ask again, and is then counted twice. Pure.
 */
final class QueueNeed {
    static final String SOURCE = "queue";

    private static final double GROWTH_MAX = 2;

    private final Policy policy;
    private final QueueMemory queue;
    private final int rotating;
    private final double finished;
    private final long recent;
    private final long stable;

    /**
     * @param finished requests finished a second, over the scale-out window
     */
    QueueNeed(Policy policy, QueueMemory queue, int rotating, double finished) {
        this.policy = policy;
        this.queue = queue;
        this.rotating = rotating;
        this.finished = finished;
        this.recent = policy.out().window().toNanos();
        this.stable = policy.in().window().toNanos();
    }

    /** Empty as long as nothing has ever had to wait. */
    Optional<Need> need() {
        if (queue.points().isEmpty() || (shed(stable) == 0 && queue.bears() == 0)) {
            return Optional.empty();
        }
        int out = out();
        int in = Math.max(out, in());
        double waiting = mean(QueuePoint::waiting, recent);
        Reason reason = new Reason("need_" + SOURCE, text(waiting, in), numbers(waiting));
        return Optional.of(new Need(SOURCE, out, in, reason));
    }

    private String text(double waiting, int instances) {
        String work =
                queue.bears() == 0
                        ? ""
                        : ", each works on %s at once".formatted(Text.number(queue.bears()));
        return "%s requests wait, %s a second are refused%s: %s"
                .formatted(
                        Text.number(waiting),
                        Text.number(shedPerSecond(recent)),
                        work,
                        Text.instances(instances));
    }

    private Map<String, Double> numbers(double waiting) {
        return Map.of(
                "waiting", waiting,
                "shed_per_second", shedPerSecond(recent),
                "finished_per_second", finished,
                "in_flight", mean(QueuePoint::inFlight, recent),
                "works_on", queue.bears(),
                "target", tolerated());
    }

    private int out() {
        double waiting = mean(QueuePoint::waiting, recent);
        double carrying = mean(QueuePoint::carrying, recent);
        boolean pressed = shed(recent) > 0 || waiting > tolerated() * carrying;
        if (!pressed) {
            return 0;
        }
        double byQueue =
                queue.bears() > 0
                        ? (mean(QueuePoint::inFlight, recent) + waiting)
                                / (queue.bears() + tolerated())
                        : 0;
        double byShed = finished > 0 ? carrying * (1 + shedPerSecond(recent) / finished) : 0;
        double most = GROWTH_MAX * Math.max(1, rotating);
        return Sizer.outNeed(
                Math.min(most, Math.max(byQueue, byShed)), rotating, policy.out().tolerance());
    }

    /** Nobody is let go while some wait, or would have to wait again. */
    private int in() {
        double waiting = mean(QueuePoint::waiting, stable);
        boolean pressed = shed(stable) > 0 || waiting > tolerated() * rotating;
        int least = pressed ? rotating : 0;
        if (queue.bears() == 0) {
            return least;
        }
        double working = mean(QueuePoint::inFlight, stable) + waiting;
        double each = policy.targets().concurrency() * queue.bears();
        return Math.max(least, Sizer.ceil(working / each));
    }

    private double tolerated() {
        return policy.targets().queue().orElse(Policy.Targets.QUEUE);
    }

    private long shed(long windowNanos) {
        return queue.points().growth(QueuePoint::shedTotal, windowNanos);
    }

    private double shedPerSecond(long windowNanos) {
        return queue.shedPerSecond(windowNanos);
    }

    private double mean(ToLongFunction<QueuePoint> value, long windowNanos) {
        return queue.points().mean(value, windowNanos).orElse(0);
    }
}
