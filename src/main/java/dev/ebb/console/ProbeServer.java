package dev.ebb.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Says whether Ebb is well, and nothing else, to whoever asks: a kubelet asks from outside of
 * loopback. {@code GET /healthz}.
 */
public final class ProbeServer implements AutoCloseable {
    private static final int WAITING = 16;

    private final HttpServer server;

    private ProbeServer(HttpServer server) {
        this.server = server;
    }

    /**
     * @param trouble why Ebb is not well, if it is not; must not wait
     * @throws IOException when it cannot listen there
     */
    public static ProbeServer start(InetSocketAddress address, Supplier<Optional<String>> trouble)
            throws IOException {
        HttpServer server = HttpServer.create(address, WAITING);
        server.setExecutor(
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("probe").factory()));
        server.createContext("/", exchange -> answer(exchange, trouble));
        server.start();
        return new ProbeServer(server);
    }

    private static void answer(HttpExchange exchange, Supplier<Optional<String>> trouble)
            throws IOException {
        try (exchange) {
            boolean asked = exchange.getRequestURI().getPath().equals("/healthz");
            Optional<String> why = asked ? trouble.get() : Optional.of("there is only /healthz");
            byte[] body = (why.orElse("ok") + "\n").getBytes(StandardCharsets.UTF_8);
            int status = !asked ? 404 : why.isPresent() ? 503 : 200;
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
