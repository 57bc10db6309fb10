package dev.ebb.observe;

import java.util.Optional;

/**
 * What one process has used, from {@code /proc/PID/stat} (proc_pid_stat(5)).
 *
 * @param startTicks when it began; with the pid, what tells it from any other process
 * @param ownTicks CPU time of itself, all threads, in clock ticks
 * @param reapedTicks CPU time of its ended children that it has waited for, and of theirs
 * @param residentPages memory that is present, all kinds
 */
record ProcessUsage(
        long pid,
        long parent,
        long session,
        long startTicks,
        long ownTicks,
        long reapedTicks,
        long residentPages) {

    long ticks() {
        return ownTicks + reapedTicks;
    }

    /** The same process, later. */
    boolean continues(ProcessUsage earlier) {
        return pid == earlier.pid && startTicks == earlier.startTicks;
    }

    /** Reads the file's contents; empty for a process that has ended, or strange contents. */
    static Optional<ProcessUsage> parse(String stat) {
        // The name in parentheses may hold blanks and parentheses of its own.
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        if (open < 1 || close < open) {
            return Optional.empty();
        }
        String[] fields = stat.substring(close + 1).strip().split(" ", -1);
        if (fields.length < 22 || "ZXx".contains(fields[0])) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ProcessUsage(
                            Long.parseLong(stat.substring(0, open).strip()),
                            Long.parseLong(fields[1]),
                            Long.parseLong(fields[3]),
                            Long.parseLong(fields[19]),
                            Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                            Long.parseLong(fields[13]) + Long.parseLong(fields[14]),
                            Long.parseLong(fields[21])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
