package dev.ebb.gateway;

import dev.ebb.balance.AdmissionQueue;
import dev.ebb.balance.LoopShare;
import dev.ebb.balance.Priority;
import dev.ebb.balance.QueuePolicy;

/**
 * Exchanges of one service on one event loop that wait because all its instances are at their
 * limits. They were picked for none, so they are in flight nowhere; when an attempt ends, the next
 * one picks, later in the same turn of the loop. While some wait, newcomers wait behind them.
 */
final class Waiting {
    private final LoopService service;
    private final AdmissionQueue<Exchange> queue;
    private boolean scheduled;

    Waiting(LoopService service, QueuePolicy policy, LoopShare share) {
        this.service = service;
        queue = new AdmissionQueue<>(policy, share, this::refused);
    }

    /** Whether a newcomer must wait, too. */
    boolean isAny() {
        return !queue.isEmpty();
    }

    /** Lets it wait; false when there is no place. */
    boolean offer(Exchange exchange, Priority priority, long deadlineNanos, long nowNanos) {
        boolean taken = queue.offer(exchange, priority, deadlineNanos, nowNanos);
        if (taken) {
            service.counters.count(Counters.QUEUED);
        }
        return taken;
    }

    /** Its client has gone, or its time is over. */
    void cancel(Exchange exchange) {
        if (queue.cancel(exchange)) {
            service.counters.count(Counters.UNQUEUED);
        }
    }

    private void refused(Exchange exchange) {
        service.counters.count(Counters.UNQUEUED);
        exchange.shed();
    }

    /** Something has ended, or has become known: there may be room. */
    void roomMade() {
        if (!scheduled && !queue.isEmpty()) {
            scheduled = true;
            service.loop.eventLoop().execute(this::admit);
        }
    }

    private void admit() {
        scheduled = false;
        long now = service.loop.turn();
        while (!queue.isEmpty() && service.balancer.hasRoom(now)) {
            queue.poll(now)
                    .ifPresent(next -> {
                        service.counters.count(Counters.UNQUEUED);
                        next.admitted(now);
                    });
        }
    }

    void tick(long nowNanos) {
        queue.expire(nowNanos);
        roomMade();
    }

    /** See {@link AdmissionQueue#retryAfterSeconds}. */
    int retryAfterSeconds(long nowNanos) {
        return queue.retryAfterSeconds(nowNanos, service.loop.random());
    }
}
