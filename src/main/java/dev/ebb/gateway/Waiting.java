package dev.ebb.gateway;

import dev.ebb.balance.AdmissionQueue;
import dev.ebb.balance.LoopShare;
import dev.ebb.balance.Priority;
import dev.ebb.balance.QueuePolicy;
import dev.ebb.balance.Tried;
import java.util.Optional;

/**
 * Exchanges of one service on one event loop that wait because all its instances are at their
 * limits, or because there is none. They were picked for none, so they are in flight nowhere; when
 * there may be room, the next one picks, later in the same turn of the loop; a retry waits for room
 * where it has not failed, and others may pass it. While some wait for room, newcomers wait behind
 * them. Others may read {@link #size}.
 */
final class Waiting {
    private final LoopService service;
    private final AdmissionQueue<Exchange> queue;
    private final boolean forFirst;
    private volatile int size;
    private boolean scheduled;

    private Waiting(LoopService service, QueuePolicy policy, LoopShare share, boolean forFirst) {
        this.service = service;
        this.forFirst = forFirst;
        queue = new AdmissionQueue<>(policy, share, this::refused);
    }

    /** While all instances are at their limits. */
    static Waiting forRoom(LoopService service, QueuePolicy policy, LoopShare share) {
        return new Waiting(service, policy, share, false);
    }

    /** While there is no instance. No overload can be told from that: all wait equally long. */
    static Waiting forFirst(LoopService service, QueuePolicy policy, LoopShare share) {
        var patient = new QueuePolicy(policy.size(), policy.starting(), policy.starting());
        return new Waiting(service, patient, share, true);
    }

    /** Any thread: how many wait. */
    int size() {
        return size;
    }

    /** Whether a newcomer must wait, too. */
    boolean isAny() {
        return !queue.isEmpty();
    }

    /** Lets it wait; false when there is no place. */
    boolean offer(Exchange exchange, Priority priority, long deadlineNanos, long nowNanos) {
        boolean first = queue.isEmpty();
        boolean taken = queue.offer(exchange, priority, deadlineNanos, nowNanos);
        if (taken) {
            service.counters.count(Counters.QUEUED);
            size = queue.size();
        }
        if (taken && first && forFirst) {
            service.loop.gateway().demanded();
        }
        if (taken && !first && mayPick(nowNanos)) {
            // Those before it may wait for others than the one that has room.
            roomMade();
        }
        return taken;
    }

    /** Its client has gone, or its time is over. */
    void cancel(Exchange exchange) {
        if (queue.cancel(exchange)) {
            service.counters.count(Counters.UNQUEUED);
            size = queue.size();
        }
    }

    private void refused(Exchange exchange) {
        service.counters.count(Counters.UNQUEUED);
        size = queue.size();
        exchange.shed(forFirst ? Refusal.STARTING : Refusal.LIMIT_REACHED);
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
        while (!queue.isEmpty() && mayPick(now)) {
            Optional<Exchange> next = queue.poll(Exchange::mayBeAdmitted, now);
            if (next.isEmpty()) {
                break;
            }
            service.counters.count(Counters.UNQUEUED);
            next.get().admitted(now);
        }
        size = queue.size();
    }

    private boolean mayPick(long nowNanos) {
        return forFirst
                ? service.balancer.isAnyUntried(Tried.NONE)
                : service.balancer.hasRoom(nowNanos);
    }

    void tick(long nowNanos) {
        queue.expire(nowNanos);
        size = queue.size();
        roomMade();
    }

    /** See {@link AdmissionQueue#retryAfterSeconds}. */
    int retryAfterSeconds(long nowNanos) {
        return queue.retryAfterSeconds(nowNanos, service.loop.random());
    }
}
