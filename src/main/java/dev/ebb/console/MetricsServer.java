package dev.ebb.console;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The admin address of a gateway without control: read-only, on loopback, and never one where
 * requests are taken. Bounded as {@link LoopbackServer} is.
 */
public final class MetricsServer implements AutoCloseable {

    /** The gateway that shows itself. Any thread; must not wait for long. */
    public interface Plane {
        PlaneFigures figures();

        /** Why it is of no use any more, if that is so. */
        Optional<String> trouble();

        /** Why it should get no requests now, if that is so. */
        Optional<String> notReady();

        /** In one line. */
        String about();
    }

    private final LoopbackServer server;

    private MetricsServer(LoopbackServer server) {
        this.server = server;
    }

    /**
     * @param address loopback; port 0 takes a free one
     * @throws IOException when it cannot listen there
     */
    public static MetricsServer start(InetSocketAddress address, Plane plane) throws IOException {
        return new MetricsServer(
                LoopbackServer.start(
                        address,
                        exchange -> {
                            String method = exchange.getRequestMethod();
                            return method.equals("GET") || method.equals("HEAD")
                                    ? reply(exchange.getRequestURI().getPath(), plane)
                                    : Reply.method("GET");
                        }));
    }

    private static Reply reply(String path, Plane plane) {
        return switch (path) {
            case "/metrics" -> Reply.metrics(plane.figures().metrics());
            case "/healthz" -> health(plane.trouble());
            case "/readyz" -> health(plane.notReady());
            case "/v1/status" -> Reply.json(200, Wire.pretty(plane.figures()));
            case "/" ->
                    Reply.text(
                            200,
                            """
                            %s
                            GET  /healthz     whether it is well
                            GET  /readyz      whether it should get requests
                            GET  /metrics     for Prometheus
                            GET  /v1/status   what it knows, in JSON
                            """
                                    .formatted(plane.about()));
            default -> Reply.error(404, "there is no " + path + "; GET / lists what there is");
        };
    }

    private static Reply health(Optional<String> trouble) {
        return trouble.map(why -> Reply.text(503, why + "\n"))
                .orElseGet(() -> Reply.text(200, "ok\n"));
    }

    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void close() {
        server.close();
    }
}
