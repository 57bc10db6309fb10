package dev.ebb.gateway;

import java.time.Duration;

/**
 * Until when a gateway that closes waits for what is in flight: as it was told when it began, or
 * sooner, if somebody was in a hurry before or after that. Safe for use by several threads.
 */
final class ClosingTime {
    private boolean hurried;
    private long endNanos;
    private long hurriedNanos;

    synchronized void begin(Duration limit) {
        endNanos = System.nanoTime() + limit.toNanos();
    }

    /** Not longer than this from now on, whether it has begun or not. */
    synchronized void hurry(Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        if (!hurried || until - hurriedNanos < 0) {
            hurriedNanos = until;
        }
        hurried = true;
    }

    /** To be asked once it has begun. */
    synchronized boolean isOver() {
        long now = System.nanoTime();
        return now - endNanos >= 0 || (hurried && now - hurriedNanos >= 0);
    }
}
