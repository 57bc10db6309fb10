package dev.ebb.demo;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Uses a given amount of CPU time on the calling thread. It goes by the thread's CPU clock and not
 * by the wall clock, so that a request costs the same on a busy machine as on an idle one, only
 * later. For platform threads; safe for use by several.
 */
final class CpuBurner {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS_PER_LOOK = 2_000;

    private CpuBurner() {}

    /**
     * Returns when the thread has used {@code cpuNanos} more than before.
     *
     * @return a number that depends on all the work, so that none of it can be left out
     */
    static long burn(long cpuNanos) {
        long mixed = cpuNanos;
        if (cpuNanos <= 0) {
            return mixed;
        }
        long end = THREADS.getCurrentThreadCpuTime() + cpuNanos;
        while (THREADS.getCurrentThreadCpuTime() < end) {
            for (int i = 0; i < ROUNDS_PER_LOOK; i++) {
                mixed = mixed * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            }
        }
        return mixed;
    }
}
