package dev.ebb.gateway;

import java.time.Duration;
import java.util.Optional;

/**
 * Waits of one route that differ from the gateway's; empty ones do not. Their meaning is that of
 * {@link Timeouts}.
 *
 * @param request zero for no limit
 */
public record RouteTimeouts(
        Optional<Duration> request,
        Optional<Duration> requestBody,
        Optional<Duration> responseHead,
        Optional<Duration> responseBody,
        Optional<Duration> tunnel) {
    public static final RouteTimeouts NONE =
            new RouteTimeouts(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    /** The gateway's waits with these in their places. */
    Timeouts over(Timeouts all) {
        return new Timeouts(
                all.clientIdle(),
                all.requestHead(),
                requestBody.orElse(all.requestBody()),
                all.connect(),
                all.waiting(),
                responseHead.orElse(all.responseHead()),
                responseBody.orElse(all.responseBody()),
                tunnel.orElse(all.tunnel()),
                all.drainSpread(),
                request.orElse(all.request()),
                all.upstreamIdle(),
                all.linger());
    }
}
