package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
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
        Optional<KubernetesClientException> said = said(failure);
        if (said.isEmpty() || nanos.getAsLong() - sinceNanos > LIMIT.toNanos()) {
            return false;
        }
        Access.RefusedException refused = Access.refused(said.get(), server);
        if (refused.isPassing() && !told) {
            told = true;
            log.accept("%s; asking again for %d s".formatted(refused.why(), LIMIT.toSeconds()));
        }
        return refused.isPassing();
    }

    /** An informer wraps what it was told, and a connection that failed comes as it is. */
    private static Optional<KubernetesClientException> said(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof KubernetesClientException told) {
                return Optional.of(told);
            }
            if (e instanceof IOException) {
                return Optional.of(new KubernetesClientException("no connection", e));
            }
        }
        return Optional.empty();
    }
}
