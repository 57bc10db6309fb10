package dev.ebb.gateway;

import java.util.function.LongSupplier;

/**
 * Gives heap back to the system once a load is over. What connections and requests of a busy time
 * leave in the old generation stays there until it is full, and without load it never is. So after
 * much activity, and then some seconds with hardly any, there is one full collection; it stops all
 * threads for some ten milliseconds, when nobody is there to notice. Activity is requests and
 * whatever comes in besides: a stream, a WebSocket or a download may be busy for hours and is one
 * request. (G1 has the like, JEP 346; the serial collector, which needs less memory, has not.) How
 * far the heap shrinks is for the JVM's options to say. One thread.
 */
final class HeapReturn {
    /** How often it looks. */
    static final long LOOK_NANOS = 5_000_000_000L;

    /** Activity between two looks, at most, for it to be quiet; a request is some four. */
    static final long QUIET = 40;

    /** Looks in a row. */
    static final int LOOKS = 2;

    /** Activity since the last collection from which on there is anything to gain. */
    static final long WORTH = 40_000;

    private final LongSupplier activity;
    private final Runnable collect;
    private long lookedNanos;
    private long seen;
    private long collectedAt;
    private int quietLooks;

    /**
     * @param activity how much there has been so far
     */
    HeapReturn(LongSupplier activity, Runnable collect, long nowNanos) {
        this.activity = activity;
        this.collect = collect;
        lookedNanos = nowNanos;
    }

    static HeapReturn of(Gateway gateway) {
        return new HeapReturn(() -> activity(gateway), System::gc, System.nanoTime());
    }

    /** At all loops, so far. */
    static long activity(Gateway gateway) {
        long sum = 0;
        for (GatewayLoop loop : gateway.loops()) {
            sum += loop.activity();
        }
        return sum;
    }

    /** To be called often; costs next to nothing in between. */
    void tick(long nowNanos) {
        if (nowNanos - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = nowNanos;
        long now = activity.getAsLong();
        quietLooks = now - seen <= QUIET ? quietLooks + 1 : 0;
        seen = now;
        if (quietLooks >= LOOKS && now - collectedAt >= WORTH) {
            collectedAt = now;
            collect.run();
        }
    }
}
