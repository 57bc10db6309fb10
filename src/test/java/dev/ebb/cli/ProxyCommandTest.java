package dev.ebb.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway alone, as a process of its own, in front of real services. */
class ProxyCommandTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

    private final List<HttpServer> services = new ArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void end() {
        release.countDown();
        services.forEach(s -> s.stop(0));
    }

    /** Says its name; {@code /held} waits for the test, {@code /bad} is 500. */
    private String service(String name) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(HERE, 0), 16);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.createContext(
                "/",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    if (path.equals("/held")) {
                        entered.countDown();
                        try {
                            var _ = release.await(20, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    byte[] body = name.getBytes(UTF_8);
                    boolean bad = path.equals("/bad-" + name);
                    exchange.sendResponseHeaders(bad ? 500 : 200, body.length);
                    try (var out = exchange.getResponseBody()) {
                        out.write(body);
                    }
                });
        server.start();
        services.add(server);
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private record Running(Process process, BufferedReader out, String hello)
            implements AutoCloseable {
        static Running start(String... args) throws IOException {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
            command.addAll(
                    List.of(
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Main.class.getName(),
                            "proxy",
                            "--listen",
                            "127.0.0.1:0"));
            command.addAll(List.of(args));
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            BufferedReader out = process.inputReader(UTF_8);
            String hello = out.readLine();
            assertThat(hello).as("it says where it listens").isNotNull();
            return new Running(process, out, hello);
        }

        URI uri(String word, String path) {
            var m = Pattern.compile(word + " at (http://[0-9.:]+)").matcher(hello);
            assertThat(m.find()).as(hello).isTrue();
            return URI.create(m.group(1) + path);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static HttpResponse<String> get(HttpClient client, URI uri) {
        try {
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    @Timeout(60)
    void balancesShowsItselfAndEndsInOrder() throws Exception {
        String first = service("a");
        String to = first + "," + service("b");
        try (var ebb = Running.start("--to", to, "--strategy", "random", "--admin", "127.0.0.1:0");
                var client = HttpClient.newHttpClient()) {
            var seen = new ArrayList<String>();
            for (int i = 0; i < 100; i++) {
                seen.add(get(client, ebb.uri("listening", "/")).body());
            }
            assertThat(seen).containsOnly("a", "b").contains("a", "b");
            String metrics = get(client, ebb.uri("admin", "/metrics")).body();
            assertThat(metrics)
                    .contains("ebb_requests_total{service=\"static\"} 100\n")
                    .contains(healthy("static-1", first) + " 1\n");
            assertThat(get(client, ebb.uri("admin", "/healthz")).statusCode()).isEqualTo(200);
            assertThat(get(client, ebb.uri("admin", "/readyz")).statusCode()).isEqualTo(200);
            assertThat(get(client, ebb.uri("admin", "/v1/status")).body()).contains(first);
            assertThat(get(client, ebb.uri("admin", "/v1/orders")).statusCode()).isEqualTo(404);

            var held =
                    client.sendAsync(
                            HttpRequest.newBuilder(ebb.uri("listening", "/held")).build(),
                            BodyHandlers.ofString(UTF_8));
            assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
            // The handle leaves the streams open.
            assertThat(ebb.process().toHandle().destroy()).isTrue();
            await().untilAsserted(() -> assertThat(accepts(ebb)).isFalse());
            assertThat(get(client, ebb.uri("admin", "/readyz")).body()).isEqualTo("it is ending\n");
            release.countDown();
            assertThat(held.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(ebb.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(ebb.process().exitValue()).isZero();
            assertThat(ebb.out().readLine()).as("nothing more to say").isNull();
        }
    }

    private static String healthy(String instance, String endpoint) {
        return "ebb_endpoint_healthy{service=\"static\",instance=\"%s\",endpoint=\"%s\"}"
                .formatted(instance, endpoint);
    }

    private static boolean accepts(Running ebb) {
        URI uri = ebb.uri("listening", "/");
        try (var _ = new Socket(HERE, uri.getPort())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    @Timeout(60)
    void aBadCheckTakesAnEndpointOut() throws Exception {
        String bad = service("a");
        String to = bad + "," + service("b");
        try (var ebb = Running.start("--to", to, "--check", "/bad-a", "--admin", "localhost:0");
                var client = HttpClient.newHttpClient()) {
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() ->
                            assertThat(get(client, ebb.uri("admin", "/metrics")).body())
                                    .contains(healthy("static-1", bad) + " 0\n"));
            for (int i = 0; i < 50; i++) {
                assertThat(get(client, ebb.uri("listening", "/")).body()).isEqualTo("b");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--loops 2 | Missing required option: '--to=ADDRESS'; see: ebb proxy --help",
                "--to 9001 | --to: '9001' is no address; write host:port, such as 127.0.0.1:9001",
                "--to ::1:80 | --to: '::1:80' is no address; write host:port, such as"
                        + " 127.0.0.1:9001",
                "--to 127.0.0.1:70000 | --to: '127.0.0.1:70000' is no address; write host:port,"
                        + " such as 127.0.0.1:9001",
                "--to [::1]:80 --loops 0 | --loops is from 1 to 256, not 0",
                "--to [::1]:80 --access-log a --access-sample 101 | --access-sample is from 0 to"
                        + " 100 percent, not 101",
                "--to [::1]:80 --check health | --check is a path such as /health, not 'health'",
                "--to [::1]:80 --strategy fast | --strategy is one of random, weighted,"
                        + " least-response-time, least-requests, not 'fast'",
                "--to [::1]:80 --trust-forwarded=10.0.0.0/8,proxy | --trust-forwarded: 'proxy' is"
                        + " neither an address nor a network such as 10.0.0.0/8",
                "--to [::1]:80 --admin 0.0.0.0:0 | --admin: 0.0.0.0:0 is not on loopback"
            })
    void wrongUsageIsOneLine(String line, String said) {
        var args = new ArrayList<String>(List.of("proxy"));
        args.addAll(List.of(line.strip().split(" ", -1)));
        Cli cli = Cli.run(args.toArray(String[]::new));
        assertThat(cli.err()).isEqualTo("ebb: " + said + "\n");
        assertThat(cli.code()).isEqualTo(Exit.USAGE);
    }

    @Test
    void aPortThatIsTakenIsSaid() throws IOException {
        try (var taken = new ServerSocket(0, 1, HERE)) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            Cli cli = Cli.run("proxy", "--listen", address, "--to", "127.0.0.1:1");
            assertThat(cli.err())
                    .startsWith("ebb: cannot listen at " + address + ": the port is in use");
            assertThat(cli.code()).isEqualTo(Exit.FAILED);
            assertThat(cli.out()).isEmpty();
        }
    }
}
