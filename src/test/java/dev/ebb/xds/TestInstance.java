package dev.ebb.xds;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** An instance that answers with its port, and counts; {@code /held} waits for {@link #release}. */
final class TestInstance implements AutoCloseable {
    final AtomicLong requests = new AtomicLong();

    /** What its answers say of its load; empty for nothing. */
    volatile String says = "";

    private final CountDownLatch held = new CountDownLatch(1);
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    TestInstance() throws IOException {
        server = HttpServer.create(TestXds.loopback(0), 1000);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    if (exchange.getRequestURI().getPath().equals("/held")) {
                        try {
                            held.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    if (!says.isEmpty()) {
                        exchange.getResponseHeaders().set("endpoint-load-metrics", says);
                    }
                    byte[] body = Integer.toString(port()).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    void release() {
        held.countDown();
    }

    @Override
    public void close() {
        held.countDown();
        server.stop(0);
        threads.close();
    }
}
