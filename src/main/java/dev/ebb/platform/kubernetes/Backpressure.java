package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * What the API server asks for with a 429: nothing for a while. It hears every answer of one
 * client, those to reads and watches, too; the time is in a header, with or without a Status. One
 * 429 after the other makes the time longer. The Lease is renewed in any case. Thread-safe.
 */
final class Backpressure implements Interceptor {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SECONDS_MAX = 60;
    private static final long SECOND = 1_000_000_000L;

    private final LongSupplier nanoTime;
    private long untilNanos;
    private long lastSeconds;

    Backpressure(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.untilNanos = nanoTime.getAsLong();
    }

    /** The end of the newest such time; long ago when there was none. */
    synchronized long untilNanos() {
        return untilNanos;
    }

    /** 0 when it may be asked. */
    synchronized long leftNanos() {
        return Math.max(0, untilNanos - nanoTime.getAsLong());
    }

    @Override
    public CompletableFuture<Boolean> afterFailure(
            BasicBuilder request, HttpResponse<?> response, RequestTags tags) {
        if (response.code() == TOO_MANY_REQUESTS) {
            refused(Optional.ofNullable(response.header("Retry-After")));
        }
        return CompletableFuture.completedFuture(false);
    }

    /**
     * @param retryAfter seconds; a date counts as none, since clocks differ
     */
    synchronized void refused(Optional<String> retryAfter) {
        long asked =
                retryAfter
                        .filter(s -> s.matches("\\d{1,9}"))
                        .map(Long::parseLong)
                        .map(s -> Math.clamp(s, 1L, SECONDS_MAX))
                        .orElse(1L);
        long now = nanoTime.getAsLong();
        if (now - untilNanos < 0) {
            // It was on its way when the first was refused, and says nothing new.
            lastSeconds = Math.max(lastSeconds, asked);
            untilNanos = Math.max(untilNanos - now, asked * SECOND) + now;
            return;
        }
        boolean again = lastSeconds > 0 && now - untilNanos < lastSeconds * SECOND;
        lastSeconds = Math.min(SECONDS_MAX, Math.max(asked, again ? 2 * lastSeconds : 1));
        untilNanos = now + lastSeconds * SECOND;
    }
}
