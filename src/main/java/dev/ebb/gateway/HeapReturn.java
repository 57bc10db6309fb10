package dev.ebb.gateway;

import java.util.function.LongSupplier;

/**
 * Gives heap back to the system once a load is over. What connections and requests of a busy time
 * leave in the old generation stays there until it is full, and without load it never is. So after
 * many requests, and then some seconds with hardly any, there is one full collection; it stops all
 * threads for some ten milliseconds, when nobody is there to notice. (G1 has the like, JEP 346; the
 * serial collector, which needs less memory, has not.) How far the heap shrinks is for the JVM's
 * options to say. One thread.
 */
final class HeapReturn {
    /** How often it looks. */
    static final long LOOK_NANOS = 5_000_000_000L;

    /** Requests between two looks, at most, for it to be quiet. */
    static final long QUIET = 10;

    /** Looks in a row. */
    static final int LOOKS = 2;

    /** Requests since the last collection from which on there is anything to gain. */
    static final long WORTH = 10_000;

    private final LongSupplier requests;
    private final Runnable collect;
    private long lookedNanos;
    private long seen;
    private long collectedAt;
    private int quietLooks;

    /**
     * @param requests how many there have been so far
     */
    HeapReturn(LongSupplier requests, Runnable collect, long nowNanos) {
        this.requests = requests;
        this.collect = collect;
        lookedNanos = nowNanos;
    }

    static HeapReturn of(Gateway gateway) {
        return new HeapReturn(() -> requests(gateway), System::gc, System.nanoTime());
    }

    /** Of all kinds, at all loops, so far. */
    private static long requests(Gateway gateway) {
        long sum = 0;
        for (GatewayLoop loop : gateway.loops()) {
            sum += loop.requests();
        }
        return sum;
    }

    /** To be called often; costs next to nothing in between. */
    void tick(long nowNanos) {
        if (nowNanos - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = nowNanos;
        long now = requests.getAsLong();
        quietLooks = now - seen <= QUIET ? quietLooks + 1 : 0;
        seen = now;
        if (quietLooks >= LOOKS && now - collectedAt >= WORTH) {
            collectedAt = now;
            collect.run();
        }
    }
}
