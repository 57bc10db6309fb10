package dev.ebb.platform.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Sends signals by kill(2). {@link ProcessHandle} cannot signal a process group, and running {@code
 * kill} takes milliseconds in which a pid may change hands, and memory when there is none. Safe for
 * use by several threads.
 */
final class Signals {
    /** A request to end. */
    static final int TERM = 15;

    /** The end, which a process can neither catch nor, being stopped, put off. */
    static final int KILL = 9;

    /** Goes on after SIGSTOP, so that it can act on {@link #TERM}. */
    static final int CONT = 18;

    private static final MethodHandle KILL_CALL = link();

    private Signals() {}

    /** Signals a process; false when there is none, or it may not be signalled. */
    static boolean toProcess(long pid, int signal) {
        return pid > 1 && kill(Math.toIntExact(pid), signal) == 0;
    }

    /** Signals every process of a group; false when there is none that may be signalled. */
    static boolean toGroup(long group, int signal) {
        // kill(-1) means everybody, and kill(0) our own group.
        return group > 1 && kill(Math.toIntExact(-group), signal) == 0;
    }

    private static int kill(int target, int signal) {
        try {
            return (int) KILL_CALL.invokeExact(target, signal);
        } catch (Throwable e) {
            throw new IllegalStateException("kill(2) cannot be called", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("kill"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }
}
