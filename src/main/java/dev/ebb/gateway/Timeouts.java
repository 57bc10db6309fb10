package dev.ebb.gateway;

import dev.ebb.balance.Deadline;
import java.time.Duration;

/**
 * How long the gateway waits for everything. Kept by a coarse clock: a wait may be {@link
 * GatewayLoop#TICK} longer.
 *
 * @param clientIdle between two requests of a client
 * @param requestHead from a request's first byte to its head's end (408 beyond)
 * @param requestBody without a byte of the request's body (408 beyond)
 * @param connect for a connection to an instance (504 beyond)
 * @param waiting for one of an instance's connections to be free (503 beyond)
 * @param responseHead from the request's last byte to the response's head (504 beyond)
 * @param responseBody without a byte of the response's body, and without the client reading any
 * @param tunnel without a byte in either direction, once a client and an instance have left HTTP
 *     for another protocol, such as WebSocket; and without an event on a stream of events
 * @param drainSpread within which the long streams of a draining instance are asked to move, one
 *     after the other; zero for all at once
 * @param request the whole request, upload and answer included; zero for no limit
 * @param upstreamIdle pooled connections unused for longer are closed. Below the usual 5 s of
 *     application servers, so that the instance does not close first: a request that meets a close
 *     on its way cannot always be sent again
 * @param linger after a refusal, for the client to read it before the connection is reset
 */
public record Timeouts(
        Duration clientIdle,
        Duration requestHead,
        Duration requestBody,
        Duration connect,
        Duration waiting,
        Duration responseHead,
        Duration responseBody,
        Duration tunnel,
        Duration drainSpread,
        Duration request,
        Duration upstreamIdle,
        Duration linger) {
    public static final Timeouts DEFAULT =
            new Timeouts(
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60),
                    Duration.ofHours(1),
                    Duration.ofSeconds(5),
                    Duration.ZERO,
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(2));

    public Timeouts {
        positive("clientIdle", clientIdle);
        positive("requestHead", requestHead);
        positive("requestBody", requestBody);
        positive("connect", connect);
        positive("waiting", waiting);
        positive("responseHead", responseHead);
        positive("responseBody", responseBody);
        positive("tunnel", tunnel);
        positive("upstreamIdle", upstreamIdle);
        positive("linger", linger);
        if (request.isNegative() || drainSpread.isNegative()) {
            throw new IllegalArgumentException(
                    "must not be negative: request %s, drainSpread %s"
                            .formatted(request, drainSpread));
        }
    }

    /**
     * Whether the time that has ended a request is one of its own, its client's deadline or one of
     * its route's: a healthy instance may need longer than that.
     *
     * @param begun whether the answer had begun
     * @param wholeNanos the request's limit in all; {@link Deadline#NONE} for none
     * @param usual the gateway's, where these are those of the route
     */
    boolean isOwn(Refusal why, boolean begun, long wholeNanos, Timeouts usual) {
        if (why == Refusal.REQUEST_DEADLINE) {
            boolean byClient = request.isZero() || wholeNanos < request.toNanos();
            return wholeNanos != Deadline.NONE && (byClient || !request.equals(usual.request));
        }
        return begun
                ? !responseBody.equals(usual.responseBody)
                : !responseHead.equals(usual.responseHead);
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be above zero, but is " + value);
        }
    }
}
