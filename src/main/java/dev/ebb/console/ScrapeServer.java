package dev.ebb.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows {@code GET /metrics}, and nothing else, to whoever asks: a Prometheus asks from outside of
 * loopback. One answer is given at a time, and what is shown is made anew once a second at most, so
 * that many who ask cost no more than one.
 */
public final class ScrapeServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScrapeServer.class);
    private static final long GOOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final HttpServer server;
    private final Supplier<String> metrics;
    private String shown = "";
    private long madeNanos = System.nanoTime() - GOOD_NANOS;

    private ScrapeServer(HttpServer server, Supplier<String> metrics) {
        this.server = server;
        this.metrics = metrics;
        server.setExecutor(
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("scrape").factory()));
        server.createContext("/", this::answer);
    }

    /**
     * @param metrics in Prometheus' text format; asked on a thread of its own
     * @throws IOException when it cannot listen there
     */
    public static ScrapeServer start(InetSocketAddress address, Supplier<String> metrics)
            throws IOException {
        var scrape = new ScrapeServer(JdkServer.at(address), metrics);
        scrape.server.start();
        return scrape;
    }

    /** Of an Ebb with control. */
    public static ScrapeServer start(InetSocketAddress address, Backend backend)
            throws IOException {
        return start(address, () -> Metrics.text(backend.view().get(), backend.seriesMax()));
    }

    /** Of a gateway without control. */
    public static ScrapeServer start(InetSocketAddress address, MetricsServer.Plane plane)
            throws IOException {
        return start(address, () -> plane.figures().metrics());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            LoopbackServer.send(exchange, reply(exchange));
        }
    }

    private Reply reply(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!exchange.getRequestURI().getPath().equals("/metrics")) {
            return Reply.text(404, "there is only /metrics\n");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Reply.method("GET");
        }
        try {
            return Reply.metrics(newest());
        } catch (RuntimeException e) {
            LOG.error("the metrics cannot be shown", e);
            return Reply.text(500, "Ebb failed to answer; its log says why\n");
        }
    }

    /** On the one thread that answers. */
    private String newest() {
        if (System.nanoTime() - madeNanos >= GOOD_NANOS) {
            shown = metrics.get();
            madeNanos = System.nanoTime();
        }
        return shown;
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
