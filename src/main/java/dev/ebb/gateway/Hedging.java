package dev.ebb.gateway;

import dev.ebb.balance.HedgeDelay;
import dev.ebb.balance.HedgePolicy;
import dev.ebb.balance.RetryBudget;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * When the exchanges of one service on one event loop are sent to a second instance. All wait for
 * about the same time, so they stand in a line, and one timer looks at its head: no timer for each
 * request. One event loop.
 */
final class Hedging {
    /** Exchanges that are watched at once; further ones are not hedged. */
    private static final int MOST_WATCHED = 50_000;

    private record Watched(Exchange exchange, long dueNanos) {}

    private final GatewayLoop loop;
    private final HedgeDelay delay;
    private final RetryBudget budget;
    private final ArrayDeque<Watched> line = new ArrayDeque<>();
    private boolean scheduled;

    Hedging(GatewayLoop loop, HedgePolicy policy) {
        this.loop = loop;
        delay = new HedgeDelay(policy);
        budget = new RetryBudget(policy, System.nanoTime());
    }

    /** A request has come. */
    void request(long nowNanos) {
        budget.request(nowNanos);
    }

    /** The exchange's first attempt begins. */
    void watch(Exchange exchange, long nowNanos) {
        long nanos = delay.nanos(nowNanos);
        if (nanos != HedgeDelay.NEVER && line.size() < MOST_WATCHED) {
            line.addLast(new Watched(exchange, nowNanos + nanos));
            schedule(nanos);
        }
    }

    private void schedule(long nanos) {
        if (!scheduled) {
            scheduled = true;
            var _ = loop.eventLoop().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        scheduled = false;
        long now = loop.turn();
        Watched next = line.peekFirst();
        while (next != null && (next.dueNanos() - now <= 0 || !next.exchange().mayHedge())) {
            line.pollFirst();
            next.exchange().hedge(now);
            next = line.peekFirst();
        }
        if (next != null) {
            schedule(next.dueNanos() - now);
        }
    }

    /** Whether one more second attempt fits in. */
    boolean takeFromBudget(long nowNanos) {
        return budget.tryRetry(nowNanos);
    }

    /** A first attempt's answer began after so long, or it was given up for the second's. */
    void record(long latencyNanos, long nowNanos) {
        delay.record(latencyNanos, nowNanos);
    }
}
