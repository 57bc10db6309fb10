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

    /**
     * Signals a process, or, where {@code target} is negative, every process of that group.
     *
     * @return false when there is none that may be signalled
     * @throws IllegalArgumentException for everybody (-1), the own group (0) and the first process
     */
    static boolean send(long target, int signal) {
        if (Math.abs(target) <= 1) {
            throw new IllegalArgumentException("not to be signalled: " + target);
        }
        return kill(Math.toIntExact(target), signal) == 0;
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
