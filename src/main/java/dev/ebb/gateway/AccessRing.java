package dev.ebb.gateway;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of log entries from one event loop to the log's thread, without locks. All its
 * entries exist from the beginning: who puts one in gets a used one out. When it is full, the new
 * entry is dropped and counted; the event loop never waits.
 */
final class AccessRing {
    private final AccessEntry[] slots;
    private final AtomicLong put = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();

    /**
     * @param size a power of two
     */
    AccessRing(int size) {
        slots = new AccessEntry[size];
        for (int i = 0; i < size; i++) {
            slots[i] = new AccessEntry();
        }
    }

    /** The event loop: hands the entry over, and gives back another or, when full, the same. */
    AccessEntry put(AccessEntry entry) {
        long at = put.getPlain();
        if (at - taken.getAcquire() >= slots.length) {
            dropped.setRelease(dropped.getPlain() + 1);
            return entry;
        }
        int slot = (int) (at & (slots.length - 1));
        AccessEntry used = slots[slot];
        slots[slot] = entry;
        put.setRelease(at + 1);
        return used;
    }

    /** The log's thread: the oldest entry, which stays in the ring until {@link #remove}. */
    @Nullable AccessEntry peek() {
        long at = taken.getPlain();
        return at == put.getAcquire() ? null : slots[(int) (at & (slots.length - 1))];
    }

    void remove() {
        taken.setRelease(taken.getPlain() + 1);
    }

    /** Any thread. */
    long dropped() {
        return dropped.getAcquire();
    }
}
