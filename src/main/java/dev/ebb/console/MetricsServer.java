package dev.ebb.console;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/**
 * The admin address of a gateway without control: read-only, on loopback. {@code /healthz} answers
 * 503 when no endpoint is healthy. Bounded as {@link LoopbackServer} is.
 */
public final class MetricsServer implements AutoCloseable {
    private final LoopbackServer server;

    private MetricsServer(LoopbackServer server) {
        this.server = server;
    }

    /**
     * @param address loopback; port 0 takes a free one
     * @param figures may be called by several threads
     * @throws IOException when it cannot listen there
     */
    public static MetricsServer start(InetSocketAddress address, Supplier<ProxyFigures> figures)
            throws IOException {
        return new MetricsServer(
                LoopbackServer.start(
                        address,
                        exchange -> {
                            String method = exchange.getRequestMethod();
                            return method.equals("GET") || method.equals("HEAD")
                                    ? reply(exchange.getRequestURI().getPath(), figures.get())
                                    : Reply.method("GET");
                        }));
    }

    private static Reply reply(String path, ProxyFigures figures) {
        return switch (path) {
            case "/metrics" -> Reply.metrics(figures.metrics());
            case "/healthz" ->
                    figures.healthy() > 0
                            ? Reply.text(200, "ok\n")
                            : Reply.text(503, "no endpoint is healthy\n");
            case "/" ->
                    Reply.text(
                            200,
                            """
                            Ebb's gateway in front of fixed addresses.
                            GET  /metrics   for Prometheus
                            GET  /healthz   whether any endpoint is healthy
                            """);
            default -> Reply.error(404, "there is no " + path + "; GET / lists what there is");
        };
    }

    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void close() {
        server.close();
    }
}
