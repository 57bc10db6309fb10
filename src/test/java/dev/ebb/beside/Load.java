package dev.ebb.beside;

/**
 * The load of the comparison. A pod's one worker is busy with a request for {@link #WORK_SECONDS},
 * so a request costs that much of the one core that a pod requests, and a pod answers 25 of them a
 * second at most. At the target, 4 pods are wanted for {@link #MUCH}, and 2 for {@link #LITTLE}.
 */
final class Load {
    static final double WORK_SECONDS = 0.04;
    static final int TARGET_PERCENT = 60;
    static final int MOST_PODS = 4;
    static final int LEAST_PODS = 2;

    /** Requests per second; more than two pods can answer. */
    static final double MUCH = 57;

    static final double LITTLE = 22;

    /** Long requests per second, beside the others. */
    static final double LONG = 0.5;

    private Load() {}
}
