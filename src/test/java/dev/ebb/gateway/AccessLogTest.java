package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.ebb.gateway.AccessLogSettings.Query;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the access log says about requests to a gateway. */
class AccessLogTest {
    private static final RouteMatch ROBOTS = RouteMatch.of(Optional.empty(), "/robots.txt");
    private static final FixedRoute FIXED =
            new FixedRoute(ROBOTS, new FixedRoute.Respond(200, List.of(), "none"));

    @TempDir Path folder;

    private AccessLogSettings settings(double sample, Duration slow, Query query) {
        return new AccessLogSettings(file(), sample, slow, query, 1 << 20, 2);
    }

    private Optional<Path> file() {
        return Optional.of(folder.resolve("access.json"));
    }

    private TestGateway gateway(AccessLogSettings log, Route... routes) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withLoops(1).withAccessLog(log),
                TestGateway.PLAIN,
                List.of(routes),
                FIXED);
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(folder.resolve("access.json"));
    }

    private List<String> lines(int wanted) throws IOException {
        await().pollInterval(Duration.ofMillis(5)).until(() -> lines().size() >= wanted);
        return lines();
    }

    static String value(String line, String key) {
        int at = line.indexOf("\"" + key + "\":");
        if (at < 0) {
            return "";
        }
        int start = at + key.length() + 3;
        boolean text = line.charAt(start) == '"';
        int end = start + 1;
        while (text ? line.charAt(end) != '"' : ",}".indexOf(line.charAt(end)) < 0) {
            end += text && line.charAt(end) == '\\' ? 2 : 1;
        }
        return line.substring(text ? start + 1 : start, end);
    }

    @Test
    void aLineSaysWhatAskedWhatAnsweredAndHowLongItTook() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway =
                        gateway(settings(1, Duration.ZERO, Query.NONE), Route.ALL).with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.ask(
                    "POST /a/b?token=secret HTTP/1.1\r\nHost: Shop.example:80\r\n"
                            + "X-Request-Id: abc-1\r\nContent-Length: 3\r\ntraceparent:"
                            + " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
                            + "\r\nabc");
            String line = lines(1).getFirst();
            assertThat(line)
                    .matches("\\{\"time\":\"[0-9]{4}(-[0-9]{2}){2}T[0-9:]{8}\\.[0-9]{3}Z\".*}")
                    .doesNotContain("secret");
            assertThat(
                            List.of(
                                            "id",
                                            "client",
                                            "protocol",
                                            "tls",
                                            "method",
                                            "host",
                                            "path",
                                            "status",
                                            "end",
                                            "bytes_in",
                                            "bytes_out",
                                            "service",
                                            "instance",
                                            "attempts",
                                            "trace",
                                            "kept",
                                            "reason")
                                    .stream()
                                    .map(key -> value(line, key)))
                    .containsExactly(
                            "abc-1",
                            "127.0.0.1",
                            "HTTP/1.1",
                            "false",
                            "POST",
                            "Shop.example:80",
                            "/a/b",
                            "200",
                            "complete",
                            "3",
                            "5",
                            "hello",
                            "hello-1",
                            "1",
                            "4bf92f3577b34da6a3ce929d0e0e4736",
                            "sample",
                            "");
            assertThat(value(line, "duration_ms")).matches("\\d+\\.\\d{3}");
            assertThat(Double.parseDouble(value(line, "duration_ms")))
                    .isGreaterThanOrEqualTo(Double.parseDouble(value(line, "upstream_ms")));
            // Whoever traces finds the field as it came.
            assertThat(instance.requests.getFirst())
                    .contains("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        }
    }

    @Test
    void eachWayToEndHasItsWord() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            switch (request.path()) {
                                case "/cut" ->
                                        exchange.send(
                                                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                                case "/hang" -> request.in().read();
                                default -> exchange.ok("hello");
                            }
                            exchange.socket().close();
                        });
                var gateway =
                        gateway(
                                        settings(1, Duration.ZERO, Query.NONE),
                                        Route.path("/cut"),
                                        Route.path("/hang"))
                                .with(instance)) {
            try (var client = new TestClient(gateway.gateway)) {
                client.ask(TestClient.get("/robots.txt"));
                client.ask(TestClient.get("/nowhere"));
                client.ask("nonsense\r\n\r\n");
            }
            try (var client = new TestClient(gateway.gateway)) {
                client.send(TestClient.get("/cut")).ended();
            }
            lines(4);
            try (var client = new TestClient(gateway.gateway)) {
                client.send(TestClient.get("/hang"));
                await().until(() -> instance.requests.size() == 2);
            }
            assertThat(lines(5))
                    .extracting(
                            line -> value(line, "path"),
                            line -> value(line, "status"),
                            line -> value(line, "end"),
                            line -> value(line, "reason"),
                            line -> value(line, "kept"))
                    .containsExactly(
                            tuple("/robots.txt", "200", "own", "", "sample"),
                            tuple("/nowhere", "404", "refused", "no_route", "sample"),
                            tuple("", "400", "refused", "malformed_head", "sample"),
                            tuple("/cut", "200", "cut", "", "failed"),
                            tuple("/hang", "0", "client_gone", "", "sample"));
        }
    }

    @Test
    void attemptsAreCountedAndTheInstanceIsTheLastOne() throws IOException {
        try (var bad = new TestInstance((request, exchange) -> exchange.reset());
                var good = TestInstance.answering("hello");
                var gateway =
                        gateway(settings(1, Duration.ZERO, Query.NONE), Route.ALL).with(bad, good);
                var client = new TestClient(gateway.gateway)) {
            while (bad.requests.isEmpty()) {
                assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
            }
            await().until(() -> lines().stream().anyMatch(l -> value(l, "attempts").equals("2")));
            assertThat(lines()).allMatch(line -> value(line, "instance").equals("hello-2"));
        }
    }

    @Test
    void failedAndSlowRequestsAreKeptWhateverTheSample() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            int status = request.path().equals("/bad") ? 500 : 200;
                            if (request.path().equals("/slow")) {
                                await().pollDelay(Duration.ofMillis(60)).until(() -> true);
                            }
                            exchange.send("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n");
                        });
                var gateway =
                        gateway(settings(0, Duration.ofMillis(50), Query.NONE), Route.ALL)
                                .with(instance);
                var client = new TestClient(gateway.gateway)) {
            for (var path : List.of("/bad", "/slow", "/robots.txt")) {
                client.ask(TestClient.get(path));
            }
            gateway.gateway.close(Duration.ofMillis(50));
            assertThat(lines())
                    .extracting(line -> value(line, "path") + " " + value(line, "kept"))
                    .startsWith("/bad failed", "/slow slow");
            var stats = gateway.gateway.stats().accessLog().orElseThrow();
            assertThat(stats.written()).isEqualTo(lines().size());
            assertThat(stats.dropped()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,  /a?b=c&d=e,     /a",
        "ALL,   /a?b=c&d=e,     /a?b=c&d=e",
        "NAMES, /a?b=c&d=e=f,   /a?b=&d=",
        "NAMES, /a?b=c&secret&, /a?b=&&",
        "NAMES, /a?secret,      /a?",
        "NAMES, /a?,            /a?",
        "NAMES, /a?=x&y=,       /a?=&y=",
        "NAMES, /a,             /a",
        "ALL,   /\\\"a\\,       /\\\\\\\"a\\\\",
    })
    void ofAQueryIsLoggedWhatIsAllowed(Query query, String target, String logged)
            throws IOException {
        try (var gateway = gateway(settings(1, Duration.ZERO, query));
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get(target)).status()).isEqualTo(404);
            assertThat(value(lines(1).getFirst(), "path")).isEqualTo(logged);
        }
    }

    @Test
    void aLongPathIsCut() throws IOException {
        try (var gateway = gateway(settings(1, Duration.ZERO, Query.ALL));
                var client = new TestClient(gateway.gateway)) {
            client.ask(TestClient.get("/" + "x".repeat(5000)));
            String line = lines(1).getFirst();
            assertThat(value(line, "path")).hasSize(AccessEntry.LONGEST_PATH);
            assertThat(value(line, "path_cut")).isEqualTo("true");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00,       true",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-later, true",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-later, false",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00,       false",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-00,       false",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-00,       false",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-00,       false",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7,          false",
        "'',                                                            false",
    })
    void onlyAGoodTraceIsLogged(String field, boolean good) {
        var head =
                RouteTableTest.head(
                        "GET / HTTP/1.1\r\nHost: a\r\nTraceparent: %s\r\n\r\n".formatted(field));
        int at = TraceContext.find(head.head);
        assertThat(at >= 0).isEqualTo(good);
        var twice =
                RouteTableTest.head(
                        "GET / HTTP/1.1\r\nHost: a\r\nTraceparent: %s\r\ntraceparent: %s\r\n\r\n"
                                .formatted(field, field));
        assertThat(TraceContext.find(twice.head)).isNegative();
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        try (var gateway = gateway(settings(1, Duration.ZERO, Query.NONE))) {
            assertThat(gateway.gateway.addresses()).isNotEmpty();
            assertThat(Files.getPosixFilePermissions(folder.resolve("access.json")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void aGatewayWithoutItsLogDoesNotStart() {
        var log =
                new AccessLogSettings(
                        Optional.of(folder.resolve("no/access.json")),
                        1,
                        Duration.ZERO,
                        Query.NONE,
                        100,
                        2);
        var settings =
                GatewaySettings.DEFAULT
                        .withListeners(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .withAccessLog(log);
        assertThatThrownBy(() -> Gateway.start(settings, List.of()))
                .isInstanceOf(GatewayStartException.class)
                .hasMessageContaining("cannot write the access log")
                .hasMessageContaining("no/access.json");
    }
}
