package dev.ebb.demo;

import java.time.Duration;

/**
 * The demo's time, which begins with the intent to start the first instance: what a fixed fleet
 * would use counts from there, too. Zero before. Safe for use by several threads.
 */
final class DemoClock {
    private volatile long beganNanos;
    private volatile boolean running;

    /** Begins, unless it has. */
    synchronized void begin() {
        if (!running) {
            beganNanos = System.nanoTime();
            running = true;
        }
    }

    Duration elapsed() {
        return running ? Duration.ofNanos(System.nanoTime() - beganNanos) : Duration.ZERO;
    }
}
