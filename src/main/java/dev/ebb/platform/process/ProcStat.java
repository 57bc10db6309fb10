package dev.ebb.platform.process;

import java.util.Optional;

/**
 * The fields of {@code /proc/PID/stat} that tell processes apart (proc_pid_stat(5)).
 *
 * @param state one letter: R, S, D, T, Z (zombie), X (dead), ...
 * @param group process group
 * @param session id of the session, which is its leader's pid
 * @param startTicks clock ticks from boot to the start
 */
record ProcStat(long pid, char state, long group, long session, long startTicks) {

    /** Whether it has ended; a zombie only waits for its parent to look. */
    boolean ended() {
        return state == 'Z' || state == 'X' || state == 'x';
    }

    boolean leadsSession() {
        return pid == session;
    }

    /** Empty when the line is no such line. */
    static Optional<ProcStat> parse(String line) {
        // The name in parentheses may hold blanks and parentheses of its own.
        int close = line.lastIndexOf(')');
        int open = line.indexOf('(');
        if (open < 1 || close < open) {
            return Optional.empty();
        }
        String[] rest = line.substring(close + 1).strip().split(" ", -1);
        if (rest.length < 20 || rest[0].isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ProcStat(
                            Long.parseLong(line.substring(0, open).strip()),
                            rest[0].charAt(0),
                            Long.parseLong(rest[2]),
                            Long.parseLong(rest[3]),
                            Long.parseLong(rest[19])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
