package dev.ebb.cli;

import java.util.function.BooleanSupplier;

/** What a command's exit code says, and how the process ends with it. */
final class Exit {
    static final int OK = 0;
    static final int FAILED = 1;

    /** The command line or the configuration is wrong. */
    static final int USAGE = 2;

    static final int NOT_RUNNING = 3;

    /** What the command itself has ended with, if it has. */
    private static volatile int own = OK;

    private Exit() {}

    /** The command has ended: ends the process, after all that runs when it does. */
    static void with(int code) {
        own = code;
        System.exit(code);
    }

    /**
     * What is to be done when the process ends, mostly because a signal says so: that is no failure
     * then, and not 130 or 143. But where it ends because the command has failed, it has failed
     * still.
     *
     * @param end whether it has done all; if not, the process ends as it would without this
     */
    static void inOrder(BooleanSupplier end) {
        Runnable hook =
                () -> {
                    // Not later: what the end closes may make the command fail.
                    int code = own;
                    if (end.getAsBoolean()) {
                        Runtime.getRuntime().halt(code);
                    }
                };
        Runtime.getRuntime().addShutdownHook(new Thread(hook, "signal"));
    }
}
