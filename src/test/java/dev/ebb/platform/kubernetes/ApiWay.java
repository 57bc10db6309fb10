package dev.ebb.platform.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A way to the API server on which requests are counted, refused, lost or late, each as the test
 * says, and watches are cut or held up. Plain HTTP on loopback; what it passes on goes to the real
 * one. Watches are ordinary requests here: an upgrade is refused, as some proxies do.
 */
final class ApiWay implements AutoCloseable {
    private static final Pattern SERVER = Pattern.compile("https://127\\.0\\.0\\.1:\\d+");
    private static final Pattern AUTHORITY =
            Pattern.compile("\"certificate-authority\": \"([^\"]+)\"");

    /** One request. */
    record Asked(String method, String uri, long nanos) {
        boolean isWatch() {
            return uri.contains("watch=true");
        }

        boolean isWrite() {
            return !method.equals("GET");
        }

        /** Not of the Lease, which goes on as long as a replica lives. */
        boolean isDeed() {
            return isWrite() && !uri.contains("/leases");
        }

        /** A pod's gate is opened or closed. */
        boolean isGate() {
            return method.equals("PATCH") && uri.contains("/pods/") && uri.contains("/status");
        }

        /** A pod is made a victim, or is one no longer. */
        boolean isIntent() {
            return method.equals("PATCH") && uri.contains("/pods/") && !uri.contains("/status");
        }

        /** Of a workload's pods, as a removal does it before each step. */
        boolean isLook() {
            return method.equals("GET") && uri.contains("/pods?labelSelector=");
        }

        boolean isScale() {
            return method.equals("PUT") && uri.contains("/scale");
        }
    }

    /** What a request is answered in place of the API server; see the factories. */
    record Fate(int status, int retryAfterSeconds, String body) {
        /** The API server never hears of it, and the client hears nothing. */
        static final Fate LOST = new Fate(0, 0, "");

        /** The API server does it, and the client never hears so. */
        static final Fate ANSWER_LOST = new Fate(-1, 0, "");

        /** As its priority and fairness does, without a Status. */
        static Fate tooMany(int seconds) {
            return new Fate(429, seconds, "Too many requests, please try again later.");
        }

        static Fate status(int code, String reason) {
            String body =
                    ("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
                                    + "\"reason\":\"%s\",\"message\":\"a test's\",\"code\":%d}")
                            .formatted(reason, code);
            return new Fate(code, 0, body);
        }
    }

    /** One that is open. */
    private record Watch(HttpExchange exchange) {
        boolean isOf(String part) {
            return exchange.getRequestURI().toString().contains(part);
        }

        synchronized void say(String event) throws IOException {
            OutputStream out = exchange.getResponseBody();
            out.write((event + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        synchronized void end(String last) {
            try {
                say(last);
                exchange.getResponseBody().close();
            } catch (IOException e) {
                // It has ended by itself.
            }
            exchange.close();
        }
    }

    private static final String GONE =
            "{\"type\":\"ERROR\",\"object\":%s}".formatted(Fate.status(410, "Expired").body());

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient far;
    private final String realServer;
    private final String real;
    private final ConcurrentLinkedQueue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private volatile Function<Asked, Optional<Fate>> rule = _ -> Optional.empty();

    private volatile boolean losing;

    /** Whoever passes on an event of a watch holds it for a moment. */
    private final Semaphore watching = new Semaphore(1);

    ApiWay(Path kubeconfig) throws IOException, GeneralSecurityException {
        this(kubeconfig, InetAddress.getLoopbackAddress());
    }

    /**
     * @param at an address of this machine
     */
    ApiWay(Path kubeconfig, InetAddress at) throws IOException, GeneralSecurityException {
        real = Files.readString(kubeconfig);
        Matcher found = SERVER.matcher(real);
        Matcher authority = AUTHORITY.matcher(real);
        if (!found.find() || !authority.find()) {
            throw new IllegalStateException("no server on this machine in " + kubeconfig);
        }
        realServer = found.group();
        far =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(trusting(Path.of(authority.group(1))))
                        .build();
        server = HttpServer.create(new InetSocketAddress(at, 0), 64);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private static SSLContext trusting(Path certificate)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** A kubeconfig that leads here. */
    Path kubeconfig(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("way.kubeconfig"),
                real.replace(
                        realServer,
                        "http://%s:%d"
                                .formatted(
                                        server.getAddress().getAddress().getHostAddress(),
                                        server.getAddress().getPort())));
    }

    /** What happens to requests from now on; empty is nothing. */
    void rule(Function<Asked, Optional<Fate>> next) {
        rule = next;
    }

    void open() {
        rule = _ -> Optional.empty();
    }

    /** All requests so far. */
    List<Asked> asked() {
        return List.copyOf(asked);
    }

    long count(Predicate<Asked> which) {
        return asked.stream().filter(which).count();
    }

    /** Ends the watches of what has this in its URI, as a proxy that restarts does. */
    void cutWatches(String part) {
        watches.stream().filter(w -> w.isOf(part)).forEach(w -> w.exchange().close());
        watches.removeIf(w -> w.isOf(part));
    }

    /** Ends every watch with what says that the API server has forgotten where it was. */
    void expireWatches() {
        watches.forEach(w -> w.end(GONE));
        watches.clear();
    }

    /** Whether somebody watches what has this in its URI. */
    boolean isWatched(String part) {
        return watches.stream().anyMatch(w -> w.isOf(part));
    }

    /** Whether events are lost, and no watch ends for that. */
    void loseEvents(boolean now) {
        losing = now;
    }

    /** Watches say nothing until {@link #letWatchesGoOn}. */
    void holdWatches() throws InterruptedException {
        watching.acquire();
    }

    void letWatchesGoOn() {
        watching.release();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
                answer(exchange, new Fate(503, 0, "no upgrades here"));
                return;
            }
            var one =
                    new Asked(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().toString(),
                            System.nanoTime());
            asked.add(one);
            Optional<Fate> fate = rule.apply(one);
            if (fate.isPresent() && fate.get().status() > 0) {
                answer(exchange, fate.get());
            } else if (fate.isEmpty() || fate.get().equals(Fate.ANSWER_LOST)) {
                HttpResponse<InputStream> response =
                        far.send(onward(exchange, body), BodyHandlers.ofInputStream());
                try (InputStream in = response.body()) {
                    if (fate.isEmpty()) {
                        pass(exchange, one, response, in);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest onward(HttpExchange exchange, byte[] body) {
        var request =
                HttpRequest.newBuilder(URI.create(realServer + exchange.getRequestURI()))
                        .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
        for (String name : List.of("Accept", "Content-Type", "Authorization")) {
            Optional.ofNullable(exchange.getRequestHeaders().getFirst(name))
                    .ifPresent(value -> request.header(name, value));
        }
        return request.build();
    }

    private void pass(
            HttpExchange exchange, Asked one, HttpResponse<InputStream> response, InputStream in)
            throws IOException, InterruptedException {
        response.headers()
                .firstValue("Content-Type")
                .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
        exchange.sendResponseHeaders(response.statusCode(), 0);
        var out = exchange.getResponseBody();
        if (!one.isWatch()) {
            in.transferTo(out);
            return;
        }
        var watch = new Watch(exchange);
        watches.add(watch);
        // The client takes a watch for open from its first byte on; a real one has a bookmark soon.
        out.write(' ');
        out.flush();
        try (var events = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String event = events.readLine(); event != null; event = events.readLine()) {
                watching.acquire();
                try {
                    if (!losing) {
                        watch.say(event);
                    }
                } finally {
                    watching.release();
                }
            }
        } finally {
            watches.remove(watch);
        }
    }

    private static void answer(HttpExchange exchange, Fate fate) throws IOException {
        byte[] bytes = fate.body().getBytes(StandardCharsets.UTF_8);
        boolean json = fate.body().startsWith("{");
        exchange.getResponseHeaders().set("Content-Type", json ? "application/json" : "text/plain");
        if (fate.retryAfterSeconds() > 0) {
            exchange.getResponseHeaders().set("Retry-After", "" + fate.retryAfterSeconds());
        }
        exchange.sendResponseHeaders(fate.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        far.shutdownNow();
    }
}
