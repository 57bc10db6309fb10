package dev.ebb.config;

import java.time.Duration;
import java.util.Optional;

/**
 * The gateway as a whole. Immutable.
 *
 * @param loops event loops, each with connections of its own
 * @param trustForwarded who may say whom they forward for
 * @param shutdown how long requests may go on when Ebb ends
 * @param upgradeDrain how long they may when another process has taken over
 */
public record GatewayConfig(
        Transport transport,
        int loops,
        TrustForwarded trustForwarded,
        Duration shutdown,
        Duration upgradeDrain,
        RequestId requestId,
        Limits limits,
        Http2 http2,
        Timeouts timeouts) {

    /** How the event loops talk to the system. */
    public enum Transport {
        /** epoll where there is one, else NIO. */
        AUTO,
        EPOLL,
        IO_URING,
        NIO
    }

    /**
     * By what a request is found again in logs.
     *
     * @param header field that holds the id
     * @param generate whether requests get one that come without; by default if there is an access
     *     log
     */
    public record RequestId(String header, Optional<Boolean> generate) {}

    /**
     * What the gateway takes at most. Sizes in bytes.
     *
     * @param head of a request or a response, and a chunked body's trailers
     * @param fields in one head
     * @param target of a request
     * @param body of a request; 0 for no limit
     * @param uploadRate bytes a second of a body that takes long; 0 for no limit
     * @param replay of a request's body that is kept, so that it can be sent again
     * @param writeBuffer waiting to be written to one connection
     * @param connections of clients, in all
     * @param connectionsPerInstance and event loop
     * @param waitingPerInstance requests that wait for a connection, per event loop
     * @param idlePerInstance connections that are kept, per event loop
     */
    public record Limits(
            int head,
            int fields,
            int target,
            long body,
            int uploadRate,
            int replay,
            int writeBuffer,
            int connections,
            int connectionsPerInstance,
            int waitingPerInstance,
            int idlePerInstance) {}

    /**
     * What one connection of a client that speaks HTTP/2 may ask for.
     *
     * @param streams requests that may be open at once
     * @param resets of streams, at once
     * @param resetsPerSecond at which that fills up again
     * @param frames that cost the client little, at once
     * @param framesPerSecond at which that fills up again
     * @param continuations frames of one head
     * @param compressed bytes of a head as it comes in
     * @param answers to frames that wait because the client does not read
     */
    public record Http2(
            int streams,
            int resets,
            int resetsPerSecond,
            int frames,
            int framesPerSecond,
            int continuations,
            int compressed,
            int answers) {}

    /**
     * How long the gateway waits.
     *
     * @param clientIdle between two requests of a client
     * @param requestHead from a request's first byte to its head's end
     * @param requestBody without a byte of the request's body
     * @param connect for a connection to an instance
     * @param waiting for one of an instance's connections to be free
     * @param responseHead from the request's last byte to the response's head
     * @param responseBody without a byte of the response's body
     * @param drainSpread within which the streams of a draining instance are asked to move
     * @param tunnel without a byte in either direction of a connection that has left HTTP
     * @param request the whole request; zero for no limit
     * @param upstreamIdle until an unused connection to an instance is closed
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
            Duration upstreamIdle) {}
}
