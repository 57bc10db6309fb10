package dev.ebb.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ebb.control.Order;
import dev.ebb.control.ServiceStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin API: HTTP on loopback. Whoever is on this machine may read; orders need the token. The
 * Host field must name a loopback address, so that no web page can reach it under a name of its
 * own. Threads, waiting requests, connections, bodies and times are bounded.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int THREADS = 4;
    private static final int WAITING = 64;
    private static final int LARGEST_BODY = 64 * 1024;
    private static final Pattern LOOPBACK =
            Pattern.compile(
                    "(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?",
                    Pattern.CASE_INSENSITIVE);

    static {
        // Read by the JDK's server when it is first used; seconds, but for the last two.
        limit("sun.net.httpserver.maxReqTime", 10);
        limit("sun.net.httpserver.maxRspTime", 30);
        limit("sun.net.httpserver.idleInterval", 30);
        limit("sun.net.httpserver.maxReqHeaders", 64);
        limit("jdk.httpserver.maxConnections", 128);
    }

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final Backend backend;
    private final byte[] token;

    private AdminServer(HttpServer server, Backend backend, String token) {
        this.server = server;
        this.backend = backend;
        this.token = token.getBytes(StandardCharsets.UTF_8);
        var count = new AtomicInteger();
        threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        30,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(WAITING),
                        task -> {
                            var thread = new Thread(task, "admin-" + count.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /**
     * @param address loopback; port 0 takes a free one
     * @throws IOException when it cannot listen there
     */
    public static AdminServer start(InetSocketAddress address, String token, Backend backend)
            throws IOException {
        InetAddress host = address.getAddress();
        if (host == null || !host.isLoopbackAddress()) {
            throw new IOException("the admin API listens on loopback only, not on " + address);
        }
        var admin = new AdminServer(HttpServer.create(address, WAITING), backend, token);
        admin.server.start();
        return admin;
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** What is being answered is cut. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void limit(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply;
            try {
                reply = reply(exchange);
            } catch (OrderJson.Malformed e) {
                reply = Reply.error(400, e.why());
            } catch (RuntimeException e) {
                LOG.error("the admin API failed at {}", exchange.getRequestURI(), e);
                reply = Reply.error(500, "Ebb failed to answer; its log says why");
            }
            send(exchange, reply);
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException, OrderJson.Malformed {
        String host = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host")).orElse("");
        if (!LOOPBACK.matcher(host).matches()) {
            return Reply.error(403, "the Host field must name a loopback address");
        }
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        boolean reads = method.equals("GET") || method.equals("HEAD");
        return switch (path) {
            case "/v1/status", "/metrics", "/healthz", "/" ->
                    reads ? read(path) : Reply.method("GET");
            case "/v1/orders", "/v1/stop" ->
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
            case "/metrics" ->
                    new Reply(
                            200,
                            Map.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
                            Metrics.text(backend.view().get()));
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
                            GET  /v1/services/NAME/explain      the newest decision and its reasons
                            POST /v1/orders                     scale, park, rescue, restart, ...
                            POST /v1/stop                       end Ebb
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
        return switch (backend.orders().apply(OrderJson.read(text))) {
            case Order.Answer.Done(String done) ->
                    Reply.json(200, Wire.write(Map.of("done", done)));
            case Order.Answer.Refused(String why) ->
                    Reply.json(409, Wire.write(Map.of("refused", why)));
        };
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        var headers = exchange.getResponseHeaders();
        reply.headers().forEach(headers::set);
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(reply.status(), head || body.length == 0 ? -1 : body.length);
        if (!head && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private record Reply(int status, Map<String, String> headers, String body) {
        static Reply json(int status, String body) {
            return new Reply(status, Map.of("Content-Type", "application/json"), body + "\n");
        }

        static Reply text(int status, String body) {
            return new Reply(status, Map.of("Content-Type", "text/plain; charset=utf-8"), body);
        }

        static Reply error(int status, String why) {
            return json(status, Wire.write(Map.of("error", why)));
        }

        static Reply method(String allowed) {
            var headers = new LinkedHashMap<String, String>();
            headers.put("Allow", allowed);
            headers.put("Content-Type", "application/json");
            return new Reply(405, headers, Wire.write(Map.of("error", "use " + allowed)) + "\n");
        }
    }
}
