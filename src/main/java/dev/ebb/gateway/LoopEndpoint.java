package dev.ebb.gateway;

import dev.ebb.balance.EndpointStats;
import dev.ebb.balance.TrafficSum;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.EndpointSink.Told;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has counted for one instance: traffic, and what scaling did to it. Written by
 * the loop, read by anyone.
 */
record LoopEndpoint(
        EndpointStats stats, AtomicLongArray scaling, AtomicReference<@Nullable Told> newest) {
    private static final long SELDOM_NANOS = 100_000_000L;

    private static final int RETRIED = 0;
    private static final int CUT = 1;
    private static final int LOST = 2;
    private static final int LOOKED = 3;

    LoopEndpoint() {
        this(new EndpointStats(), new AtomicLongArray(4), new AtomicReference<>());
    }

    /** Writer: whether it is time to look at a report of its load again; then this is one look. */
    boolean looks(long nowNanos) {
        long last = scaling.getPlain(LOOKED);
        boolean due = last == 0 || nowNanos - last >= SELDOM_NANOS;
        if (due) {
            scaling.setPlain(LOOKED, nowNanos);
        }
        return due;
    }

    /** Writer: what the instance has just said of its load. */
    void told(LoadReport report, long nowNanos) {
        newest.setRelease(report.figures().told(nowNanos));
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

    /** Any thread: what all loops together have counted of one instance. */
    static EndpointSink.EndpointReport report(
            List<LoopEndpoint> parts, LoopService.HealthView health, Now now) {
        return new EndpointSink.EndpointReport(
                TrafficSum.of(
                        parts.stream().map(LoopEndpoint::stats).toList(), now.monotonicNanos()),
                health.health(),
                health.reason(),
                parts.stream()
                        .map(LoopEndpoint::ledger)
                        .reduce(EndpointSink.Ledger.CLEAN, EndpointSink.Ledger::plus));
    }

    /** Any thread: what each instance has said last to any of the loops. */
    static Map<InstanceId, Told> told(Map<InstanceId, List<LoopEndpoint>> all) {
        Map<InstanceId, Told> told = new HashMap<>();
        all.forEach((id, parts) ->
                parts.stream()
                        .map(part -> part.newest.getAcquire())
                        .filter(Objects::nonNull)
                        .max(Comparator.comparingLong(Told::atNanos))
                        .ifPresent(newest -> told.put(id, newest)));
        return told;
    }
}
