package dev.ebb.console;

import com.sun.net.httpserver.HttpExchange;
import dev.ebb.control.Order;
import dev.ebb.control.ServiceStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The admin API: HTTP on loopback. Whoever is on this machine may read; orders need the token.
 * Bodies are bounded; for the rest see {@link LoopbackServer}.
 */
public final class AdminServer implements AutoCloseable {
    private static final int LARGEST_BODY = 64 * 1024;

    private final Backend backend;
    private final byte[] token;
    private final LoopbackServer server;

    private AdminServer(InetSocketAddress address, String token, Backend backend)
            throws IOException {
        this.backend = backend;
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.server = LoopbackServer.start(address, this::reply);
    }

    /**
     * @param address loopback; port 0 takes a free one
     * @throws IOException when it cannot listen there
     */
    public static AdminServer start(InetSocketAddress address, String token, Backend backend)
            throws IOException {
        return new AdminServer(address, token, backend);
    }

    public InetSocketAddress address() {
        return server.address();
    }

    /** What is still being answered after a second is cut. */
    @Override
    public void close() {
        server.close();
    }

    private Reply reply(HttpExchange exchange) throws IOException, OrderJson.Malformed {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        boolean reads = method.equals("GET") || method.equals("HEAD");
        return switch (path) {
            case "/v1/status", "/v1/loop", "/metrics", "/healthz", "/" ->
                    reads ? read(path) : Reply.method("GET");
            case "/v1/orders", "/v1/stop", "/v1/upgrade" ->
                    method.equals("POST") ? write(exchange, path) : Reply.method("POST");
            default -> {
                Optional<String> service = explained(path);
                if (service.isEmpty()) {
                    yield Reply.error(404, "there is no " + path + "; GET / lists what there is");
                }
                yield reads ? explain(service.get()) : Reply.method("GET");
            }
        };
    }

    private Reply read(String path) {
        return switch (path) {
            case "/v1/status" -> Reply.json(200, Wire.write(backend.view().get()));
            case "/v1/loop" -> Reply.json(200, Wire.write(backend.view().get().loop()));
            case "/metrics" ->
                    Reply.metrics(Metrics.text(backend.view().get(), backend.seriesMax()));
            case "/healthz" ->
                    backend.trouble()
                            .get()
                            .map(why -> Reply.text(503, why + "\n"))
                            .orElse(Reply.text(200, "ok\n"));
            default ->
                    Reply.text(
                            200,
                            """
                            Ebb's admin API.
                            GET  /v1/status                     the present state
                            GET  /v1/loop                       how long the ticks take
                            GET  /v1/services/NAME/explain      the newest decision and its reasons
                            POST /v1/orders                     scale, approve, park, rescue, ...
                            POST /v1/stop                       end Ebb
                            POST /v1/upgrade                    make way for another process
                            GET  /metrics                       for Prometheus
                            GET  /healthz                       whether Ebb is well
                            """);
        };
    }

    private static Optional<String> explained(String path) {
        List<String> parts = List.of(path.split("/", -1));
        boolean fits =
                parts.size() == 5
                        && parts.get(1).equals("v1")
                        && parts.get(2).equals("services")
                        && parts.get(4).equals("explain");
        return fits ? Optional.of(parts.get(3)) : Optional.empty();
    }

    private Reply explain(String name) {
        for (ServiceStatus service : backend.view().get().status().services()) {
            if (service.name().value().equals(name)) {
                return Reply.json(200, Wire.write(service));
            }
        }
        return Reply.error(404, "there is no service '" + name + "'");
    }

    private Reply write(HttpExchange exchange, String path)
            throws IOException, OrderJson.Malformed {
        String given =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                        .orElse("");
        byte[] shown = given.replaceFirst("^Bearer ", "").getBytes(StandardCharsets.UTF_8);
        if (!given.startsWith("Bearer ") || !MessageDigest.isEqual(shown, token)) {
            return new Reply(
                    401,
                    Map.of("WWW-Authenticate", "Bearer", "Content-Type", "application/json"),
                    Wire.write(Map.of("error", "orders need the token of admin.json")) + "\n");
        }
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(LARGEST_BODY + 1);
        }
        if (body.length > LARGEST_BODY) {
            return Reply.error(413, "an order has at most " + LARGEST_BODY + " bytes");
        }
        String text = new String(body, StandardCharsets.UTF_8);
        if (path.equals("/v1/stop")) {
            boolean keep = OrderJson.flag(OrderJson.object(text), "keep_instances");
            backend.stop().begin(keep);
            return Reply.json(202, Wire.write(Map.of("done", "Ebb stops")));
        }
        if (path.equals("/v1/upgrade")) {
            return answer(backend.upgrade().apply(OrderJson.upgrade(text)), 202);
        }
        return answer(backend.orders().apply(OrderJson.read(text)), 200);
    }

    private static Reply answer(Order.Answer answer, int status) {
        return switch (answer) {
            case Order.Answer.Done(String done) ->
                    Reply.json(status, Wire.write(Map.of("done", done)));
            case Order.Answer.Refused(String why) ->
                    Reply.json(409, Wire.write(Map.of("refused", why)));
        };
    }
}
