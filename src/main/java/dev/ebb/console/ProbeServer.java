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
 * Says whether Ebb is well, and whether it should get requests, and nothing else, to whoever asks:
 * a kubelet asks from outside of loopback. {@code GET /healthz}, {@code GET /readyz}.
 */
public final class ProbeServer implements AutoCloseable {
    private final HttpServer server;

    private ProbeServer(HttpServer server) {
        this.server = server;
    }

    /**
     * For an Ebb that is ready as long as it is well.
     *
     * @param trouble why Ebb is not well, if it is not; must not wait
     * @throws IOException when it cannot listen there
     */
    public static ProbeServer start(InetSocketAddress address, Supplier<Optional<String>> trouble)
            throws IOException {
        return start(address, trouble, trouble);
    }

    /**
     * The same.
     *
     * @param notReady why it should get no requests now, if it should not; must not wait for long
     * @throws IOException when it cannot listen there
     */
    public static ProbeServer start(
            InetSocketAddress address,
            Supplier<Optional<String>> trouble,
            Supplier<Optional<String>> notReady)
            throws IOException {
        HttpServer server = JdkServer.at(address);
        server.setExecutor(
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("probe").factory()));
        server.createContext("/", exchange -> answer(exchange, trouble, notReady));
        server.start();
        return new ProbeServer(server);
    }

    private static void answer(
            HttpExchange exchange,
            Supplier<Optional<String>> trouble,
            Supplier<Optional<String>> notReady)
            throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            boolean asked = path.equals("/healthz") || path.equals("/readyz");
            Optional<String> why =
                    switch (path) {
                        case "/healthz" -> trouble.get();
                        case "/readyz" -> notReady.get();
                        default -> Optional.of("there are only /healthz and /readyz");
                    };
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
