package dev.ebb.config;

import dev.ebb.config.GatewayConfig.Limits;
import dev.ebb.config.GatewayConfig.Timeouts;
import dev.ebb.config.GatewayConfig.Transport;
import java.time.Duration;
import java.util.List;

/** The keys below {@code gateway}. */
final class GatewaySchema {
    private GatewaySchema() {}

    private static final Key<Integer> HEAD =
            bytes(
                    "head",
                    1 << 10,
                    1 << 20,
                    32 << 10,
                    "Head of a request or a response (431, 502), and trailers.");
    private static final Key<Integer> FIELDS =
            count("fields", 4, 10_000, 100, "Fields in one head.");
    private static final Key<Integer> TARGET =
            bytes("target", 64, 1 << 20, 8 << 10, "The path of a request with its query (414).");
    private static final Key<Long> BODY =
            Key.of(
                    "body",
                    Kinds.size(0, 1L << 44),
                    16L << 30,
                    "Body of a request (413); 0 for no limit. Bodies are streamed: this takes no"
                            + " memory.");
    private static final Key<Integer> UPLOAD_RATE =
            bytes(
                    "upload-rate",
                    0,
                    1 << 30,
                    100,
                    "A second, on average, in which a body has to come that takes longer than the"
                            + " timeout request-body (408); 0 for no limit. For HTTP/1.1 and bodies"
                            + " of a stated length.");
    private static final Key<Integer> REPLAY =
            bytes(
                    "replay",
                    0,
                    16 << 20,
                    64 << 10,
                    "Of a request's body, kept so that it can be sent again elsewhere.");
    private static final Key<Integer> WRITE_BUFFER =
            bytes(
                    "write-buffer",
                    4 << 10,
                    64 << 20,
                    128 << 10,
                    "Waiting to be written to one connection, before its source is paused.");
    private static final Key<Integer> CONNECTIONS =
            count("connections", 1, 1_000_000, 20_000, "Connections of clients; then 503.");
    private static final Key<Integer> PER_INSTANCE =
            count(
                    "connections-per-instance",
                    1,
                    1_000_000,
                    1024,
                    "Connections to an instance, per event loop.");
    private static final Key<Integer> WAITING_PER_INSTANCE =
            count(
                    "waiting-per-instance",
                    0,
                    1_000_000,
                    1024,
                    "Requests that wait for one of these; then 503.");
    private static final Key<Integer> IDLE_PER_INSTANCE =
            count(
                    "idle-per-instance",
                    0,
                    1_000_000,
                    256,
                    "Unused connections that are kept, per event loop.");

    private static final Section<Limits> LIMITS =
            new Section<>(
                    List.of(
                            HEAD,
                            FIELDS,
                            TARGET,
                            BODY,
                            UPLOAD_RATE,
                            REPLAY,
                            WRITE_BUFFER,
                            CONNECTIONS,
                            PER_INSTANCE,
                            WAITING_PER_INSTANCE,
                            IDLE_PER_INSTANCE),
                    (v, problems) ->
                            new Limits(
                                    v.of(HEAD),
                                    v.of(FIELDS),
                                    v.of(TARGET),
                                    v.of(BODY),
                                    v.of(UPLOAD_RATE),
                                    v.of(REPLAY),
                                    v.of(WRITE_BUFFER),
                                    v.of(CONNECTIONS),
                                    v.of(PER_INSTANCE),
                                    v.of(WAITING_PER_INSTANCE),
                                    v.of(IDLE_PER_INSTANCE)));

    private static final Key<Duration> CLIENT_IDLE =
            wait("client-idle", 60, "Between two requests of a client.");
    private static final Key<Duration> REQUEST_HEAD =
            wait("request-head", 10, "From a request's first byte to the end of its head (408).");
    private static final Key<Duration> REQUEST_BODY =
            wait("request-body", 30, "Without a byte of the request's body (408).");
    private static final Key<Duration> CONNECT =
            wait("connect", 1, "For a connection to an instance (504).");
    private static final Key<Duration> WAITING =
            wait("waiting", 5, "For one of an instance's connections to be free (503).");
    private static final Key<Duration> RESPONSE_HEAD =
            wait(
                    "response-head",
                    60,
                    "From a request's last byte to the head of the response (504).");
    private static final Key<Duration> RESPONSE_BODY =
            wait(
                    "response-body",
                    60,
                    "Without a byte of the response's body, or without the client reading any.");
    private static final Key<Duration> TUNNEL =
            wait(
                    "tunnel",
                    3600,
                    "Without a byte in either direction, once client and instance have left HTTP"
                            + " for another protocol, such as WebSocket; and between two"
                            + " server-sent events.");
    private static final Key<Duration> DRAIN_SPREAD =
            Key.of(
                    "drain-spread",
                    Kinds.duration(Duration.ZERO, Duration.ofHours(24)),
                    Duration.ofSeconds(5),
                    "Within this time the long streams of an instance that is let go are asked to"
                            + " move (server-sent events end between two events, WebSockets get a"
                            + " Close frame), one after the other, so that their clients do not"
                            + " all come back at once.");
    private static final Key<Duration> REQUEST =
            Key.of(
                    "request",
                    Kinds.duration(Duration.ZERO, Duration.ofHours(24)),
                    Duration.ZERO,
                    "A whole request, upload and answer included; 0 for no limit.");
    private static final Key<Duration> UPSTREAM_IDLE =
            wait(
                    "upstream-idle",
                    4,
                    "Until an unused connection to an instance is closed. Keep it below the"
                            + " instance's own limit (often 5s), so that the instance never closes"
                            + " first.");

    private static final Section<Timeouts> TIMEOUTS =
            new Section<>(
                    List.of(
                            CLIENT_IDLE,
                            REQUEST_HEAD,
                            REQUEST_BODY,
                            CONNECT,
                            WAITING,
                            RESPONSE_HEAD,
                            RESPONSE_BODY,
                            TUNNEL,
                            DRAIN_SPREAD,
                            REQUEST,
                            UPSTREAM_IDLE),
                    (v, problems) ->
                            new Timeouts(
                                    v.of(CLIENT_IDLE),
                                    v.of(REQUEST_HEAD),
                                    v.of(REQUEST_BODY),
                                    v.of(CONNECT),
                                    v.of(WAITING),
                                    v.of(RESPONSE_HEAD),
                                    v.of(RESPONSE_BODY),
                                    v.of(TUNNEL),
                                    v.of(DRAIN_SPREAD),
                                    v.of(REQUEST),
                                    v.of(UPSTREAM_IDLE)));

    private static final Key<Transport> TRANSPORT =
            Key.of(
                    "transport",
                    Kinds.oneOf(Transport.class),
                    Transport.AUTO,
                    "How the gateway talks to the system. `auto` is epoll where there is one, else"
                            + " NIO.");
    private static final Key<Integer> LOOPS =
            count(
                    "loops",
                    1,
                    256,
                    2,
                    "Event loops. One carries some ten thousand requests a second; each has"
                            + " connections of its own to every instance.");
    private static final Key<TrustForwarded> TRUST =
            Key.of(
                    "trust-forwarded",
                    new TrustKind(),
                    TrustForwarded.NOBODY,
                    "Which proxies before this gateway may say for whom they forward: those with"
                            + " these addresses; with `true`, whoever connects. Their"
                            + " `X-Forwarded-*` and `Forwarded` are kept and added to, and the"
                            + " access log names the client that they name. Those of all others"
                            + " are replaced.");
    private static final Key<Duration> SHUTDOWN =
            Key.of(
                    "shutdown",
                    Kinds.duration(Duration.ZERO, Duration.ofHours(24)),
                    Duration.ofSeconds(30),
                    "How long requests may go on when Ebb ends.");
    private static final Key<Duration> UPGRADE_DRAIN =
            Key.of(
                    "upgrade-drain",
                    Kinds.duration(Duration.ZERO, Duration.ofHours(24)),
                    Duration.ofHours(1),
                    "How long the old process may go on with what is open, after `ebb upgrade`."
                            + " What is open then is cut, and that is told. Until the old process"
                            + " has ended, no instance is let go.");
    private static final Key<GatewayConfig.RequestId> REQUEST_ID_KEY =
            Key.section(
                    "request-id",
                    RequestIdSchema.REQUEST_ID,
                    "By what a request is found again in logs.");
    private static final Key<Limits> LIMITS_KEY =
            Key.section("limits", LIMITS, "What the gateway takes at most; beyond it refuses.");
    private static final Key<GatewayConfig.Http2> HTTP2_KEY =
            Key.section(
                    "http2",
                    Http2Schema.HTTP2,
                    "What one connection of a client that speaks HTTP/2 may ask for. Beyond it the"
                            + " connection ends with `ENHANCE_YOUR_CALM`, unless said otherwise.");
    private static final Key<Timeouts> TIMEOUTS_KEY =
            Key.section("timeouts", TIMEOUTS, "How long the gateway waits.");

    static final Section<GatewayConfig> GATEWAY =
            new Section<>(
                    List.of(
                            TRANSPORT,
                            LOOPS,
                            TRUST,
                            SHUTDOWN,
                            UPGRADE_DRAIN,
                            REQUEST_ID_KEY,
                            LIMITS_KEY,
                            HTTP2_KEY,
                            TIMEOUTS_KEY),
                    (v, problems) ->
                            new GatewayConfig(
                                    v.of(TRANSPORT),
                                    v.of(LOOPS),
                                    v.of(TRUST),
                                    v.of(SHUTDOWN),
                                    v.of(UPGRADE_DRAIN),
                                    v.of(REQUEST_ID_KEY),
                                    v.of(LIMITS_KEY),
                                    v.of(HTTP2_KEY),
                                    v.of(TIMEOUTS_KEY)));

    private static Key<Duration> wait(String name, int seconds, String meaning) {
        var kind = Kinds.duration(Duration.ofMillis(10), Duration.ofHours(24));
        return Key.of(name, kind, Duration.ofSeconds(seconds), meaning);
    }

    private static Key<Integer> count(String name, int min, int max, int fallback, String meaning) {
        return Key.of(name, Kinds.whole(min, max), fallback, meaning);
    }

    private static Key<Integer> bytes(String name, int min, int max, int fallback, String meaning) {
        return Key.of(name, Kinds.bytes(min, max), fallback, meaning);
    }
}
