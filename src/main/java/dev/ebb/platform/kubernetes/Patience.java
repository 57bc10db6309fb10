package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How long to go on asking an API server that does not answer yet: one that starts at the same
 * time, or is busy. What will not pass by itself, such as a missing right, is not asked for again.
 * Safe for use by several threads.
 */
final class Patience {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final long sinceNanos;
    private final Consumer<String> log;
    private final LongSupplier nanos;
    private boolean told;

    /**
     * @param log is told once, in a sentence, what is being waited for
     * @param nanos a monotonic clock
     */
    Patience(Consumer<String> log, LongSupplier nanos) {
        this.log = log;
        this.nanos = nanos;
        this.sinceNanos = nanos.getAsLong();
    }

    /** Whether to ask again after this. */
    synchronized boolean hasWith(Throwable failure, String server) {
        if (!(failure instanceof KubernetesClientException e)
                || nanos.getAsLong() - sinceNanos > LIMIT.toNanos()) {
            return false;
        }
        Access.RefusedException refused = Access.refused(e, server);
        if (refused.isPassing() && !told) {
            told = true;
            log.accept("%s; asking again for %d s".formatted(refused.why(), LIMIT.toSeconds()));
        }
        return refused.isPassing();
    }
}
