package dev.ebb.cli;

/** What a command's exit code says. */
final class Exit {
    static final int OK = 0;
    static final int FAILED = 1;

    /** The command line or the configuration is wrong. */
    static final int USAGE = 2;

    static final int NOT_RUNNING = 3;

    private Exit() {}
}
