package dev.ebb.observe;

import java.util.OptionalDouble;

/**
 * How busy the host's CPUs were between two readings of {@code /proc/stat}. Time stolen by a
 * hypervisor counts as busy, for it cannot be used; waiting for I/O counts as idle. Not safe for
 * use by several threads.
 */
final class HostCpu {
    private static final int IDLE = 3;
    private static final int IOWAIT = 4;

    // user nice system idle iowait irq softirq steal; guest time is part of user time already.
    private static final int FIELDS = 8;

    private long lastIdle = -1;
    private long lastAll = -1;

    /** Takes a reading; empty for the first, for strange contents, and when no time has passed. */
    OptionalDouble update(String stat) {
        String[] fields = stat.lines().findFirst().orElse("").split(" +", -1);
        if (fields.length < FIELDS + 1 || !fields[0].equals("cpu")) {
            return OptionalDouble.empty();
        }
        long all = 0;
        for (int i = 1; i <= FIELDS; i++) {
            all += Long.parseLong(fields[i]);
        }
        long idle = Long.parseLong(fields[1 + IDLE]) + Long.parseLong(fields[1 + IOWAIT]);
        long passed = all - lastAll;
        double busy = 1.0 - (double) (idle - lastIdle) / passed;
        boolean usable = lastAll >= 0 && passed > 0;
        lastAll = all;
        lastIdle = idle;
        return usable ? OptionalDouble.of(Math.clamp(busy, 0.0, 1.0)) : OptionalDouble.empty();
    }
}
