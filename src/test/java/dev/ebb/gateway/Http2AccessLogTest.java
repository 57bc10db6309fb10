package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.gateway.AccessLogSettings.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the access log says about requests that come over HTTP/2. */
class Http2AccessLogTest {
    private static final FixedRoute ROBOTS =
            new FixedRoute(
                    RouteMatch.of(Optional.empty(), "/robots.txt"),
                    new FixedRoute.Respond(200, List.of(), "none"));
    private static final Route API = Route.path("/api");

    @TempDir Path folder;

    private List<String> lines(int wanted) throws IOException {
        var file = folder.resolve("access.json");
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> Files.readAllLines(file).size() >= wanted);
        return Files.readAllLines(file);
    }

    private TestGateway gateway() {
        var log =
                new AccessLogSettings(
                        Optional.of(folder.resolve("access.json")),
                        1,
                        Duration.ZERO,
                        Query.NONE,
                        1 << 20,
                        2);
        return new TestGateway(
                GatewaySettings.DEFAULT.withLoops(1).withAccessLog(log),
                TestGateway.PLAIN,
                List.of(API),
                ROBOTS);
    }

    @Test
    void eachStreamIsALine() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.send("POST", "/api/a?token=secret", false, "x-request-id", "abc-1");
            client.body(answer, Bytes.ascii("abc"), true);
            assertThat(client.await(answer).text()).isEqualTo("hello");
            assertThat(client.get("/robots.txt").text()).isEqualTo("none");
            assertThat(client.get("/other").status()).isEqualTo("404");
            var lines = lines(3);
            assertThat(lines)
                    .allMatch(line -> line.contains("\"protocol\":\"HTTP/2\""))
                    .noneMatch(line -> line.contains("secret"));
            assertThat(lines.get(0))
                    .contains("\"id\":\"abc-1\"", "\"method\":\"POST\"", "\"path\":\"/api/a\"")
                    .contains("\"host\":\"shop\"", "\"status\":200", "\"end\":\"complete\"")
                    .contains("\"bytes_in\":3", "\"bytes_out\":5", "\"instance\":\"hello-1\"");
            assertThat(lines.get(1)).contains("\"status\":200", "\"end\":\"own\"");
            assertThat(lines.get(2))
                    .contains("\"status\":404", "\"reason\":\"no_route\"", "\"end\":\"refused\"");
        }
    }

    @Test
    void aStreamThatTheClientResetsIsALineToo() throws IOException {
        var go = new CountDownLatch(1);
        try (var instance = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(go));
                var gateway = gateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.send("GET", "/api", true);
            await().until(() -> gateway.inFlight(1) == 1);
            client.reset(answer);
            assertThat(lines(1).getFirst())
                    .contains("\"end\":\"client_gone\"", "\"protocol\":\"HTTP/2\"");
            go.countDown();
        }
    }
}
