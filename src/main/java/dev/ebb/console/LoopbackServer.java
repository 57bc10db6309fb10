package dev.ebb.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP server on loopback, for people and monitoring on this machine. The Host field must
 * name a loopback address, so that no web page can reach it under a name of its own. Threads,
 * waiting requests, connections and times are bounded; what the handler reads it bounds itself.
 */
final class LoopbackServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopbackServer.class);
    private static final int THREADS = 4;
    private static final int WAITING = 64;
    private static final int LAST_ANSWERS_SECONDS = 1;
    private static final Pattern LOOPBACK =
            Pattern.compile(
                    "(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?",
                    Pattern.CASE_INSENSITIVE);

    /** Answers one request, on one of several threads. */
    @FunctionalInterface
    interface Handler {
        Reply reply(HttpExchange exchange) throws IOException, OrderJson.Malformed;
    }

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final Handler handler;

    private LoopbackServer(HttpServer server, Handler handler) {
        this.server = server;
        this.handler = handler;
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
    static LoopbackServer start(InetSocketAddress address, Handler handler) throws IOException {
        InetAddress host = address.getAddress();
        if (host == null || !host.isLoopbackAddress()) {
            throw new IOException("the admin API listens on loopback only, not on " + address);
        }
        var admin = new LoopbackServer(JdkServer.at(address), handler);
        admin.server.start();
        return admin;
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    /** What is still being answered after a second is cut: the order to end is answered, too. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            var _ = threads.awaitTermination(LAST_ANSWERS_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(0);
        threads.shutdownNow();
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
        return LOOPBACK.matcher(host).matches()
                ? handler.reply(exchange)
                : Reply.error(403, "the Host field must name a loopback address");
    }

    static void send(HttpExchange exchange, Reply reply) throws IOException {
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
}
