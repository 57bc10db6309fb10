package dev.ebb.gateway;

import dev.ebb.balance.EndpointStats;
import dev.ebb.control.EndpointSink;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one event loop has counted for one instance: traffic, and what scaling did to it. Written by
 * the loop, read by anyone.
 */
record LoopEndpoint(EndpointStats stats, AtomicLongArray scaling) {
    private static final int RETRIED = 0;
    private static final int CUT = 1;
    private static final int LOST = 2;

    LoopEndpoint() {
        this(new EndpointStats(), new AtomicLongArray(3));
    }

    private void count(int cell) {
        scaling.setRelease(cell, scaling.getPlain(cell) + 1);
    }

    void retriedByScaling() {
        count(RETRIED);
    }

    void cutByScaling() {
        count(CUT);
    }

    void lostByScaling() {
        count(LOST);
    }

    EndpointSink.Ledger ledger() {
        return new EndpointSink.Ledger(
                scaling.getAcquire(RETRIED), scaling.getAcquire(CUT), scaling.getAcquire(LOST));
    }
}
