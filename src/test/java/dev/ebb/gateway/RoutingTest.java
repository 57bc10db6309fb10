package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.gateway.FixedRoute.Field;
import dev.ebb.gateway.FixedRoute.Redirect;
import dev.ebb.gateway.FixedRoute.Respond;
import dev.ebb.gateway.FixedRoute.ToHttps;
import dev.ebb.gateway.GatewaySettings.Heads;
import dev.ebb.gateway.RouteMatch.Scheme;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a request because of its route, end to end. */
class RoutingTest {
    private static final RouteMatch ALL = RouteMatch.of(Optional.empty(), "/");

    private static RouteMatch path(String prefix) {
        return RouteMatch.of(Optional.empty(), prefix);
    }

    private static TestGateway gateway(List<Route> routes, FixedRoute... fixed) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withLoops(1), TestGateway.PLAIN, routes, fixed);
    }

    // ---- To a service

    @Test
    void theInstanceSeesTheNewPath() throws IOException {
        var routes = List.of(Route.path("/api").withRewrite("/v2"), Route.ALL);
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(routes).with(instance);
                var client = new TestClient(gateway.gateway)) {
            for (var path : List.of("/api/users?x=/api", "/api", "/apis", "/other")) {
                assertThat(client.ask(TestClient.get(path)).status()).isEqualTo(200);
            }
            client.ask("GET http://test/api/%20 HTTP/1.1\r\nHost: other\r\n\r\n");
            assertThat(instance.requests)
                    .extracting(head -> head.substring(0, head.indexOf("\r\n")))
                    .containsExactly(
                            "GET /v2/users?x=/api HTTP/1.1",
                            "GET /v2 HTTP/1.1",
                            "GET /apis HTTP/1.1",
                            "GET /other HTTP/1.1",
                            "GET /v2/%20 HTTP/1.1");
            var out = client.ask(TestClient.get("/api/../secret"));
            assertThat(out.status()).isEqualTo(400);
            assertThat(out.field("x-ebb-reason")).isEqualTo("ambiguous_path");
            assertThat(instance.requests).hasSize(5);
        }
    }

    /** What the instance needs to write links that lead back through the gateway. */
    @ParameterizedTest
    @CsvSource({
        "/api, /, /api",
        "/shop/api, /api, /shop",
        "/shop/api, /, /shop/api",
        "/api, /v2,",
        "/, /v2,",
        "/api, /api,",
    })
    void theInstanceIsToldWhichPrefixWasTaken(String prefix, String to, String told)
            throws IOException {
        var routes = List.of(Route.path(prefix).withRewrite(to));
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(routes).with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.ask(
                    "GET %s/x HTTP/1.1\r\nHost: a\r\nX-Forwarded-Prefix: /forged\r\n\r\n"
                            .formatted(prefix.equals("/") ? "" : prefix));
            assertThat(prefixes(instance.requests.getFirst()))
                    .isEqualTo(Optional.ofNullable(told).stream().toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"/, '/outer, /api'", "/v2, /outer", "/api, /outer"})
    void aTrustedProxysPrefixStandsBeforeOurs(String to, String told) throws IOException {
        var trusting = GatewaySettings.DEFAULT.with(Heads.DEFAULT.with(Trust.EVERYBODY));
        var routes = List.of(Route.path("/api").withRewrite(to));
        try (var instance = TestInstance.answering("hello");
                var gateway =
                        new TestGateway(trusting.withLoops(1), TestGateway.PLAIN, routes)
                                .with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.ask("GET /api/x HTTP/1.1\r\nHost: a\r\nX-Forwarded-Prefix: /outer\r\n\r\n");
            assertThat(prefixes(instance.requests.getFirst())).containsExactly(told);
        }
    }

    private static List<String> prefixes(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("x-forwarded-prefix:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .toList();
    }

    @Test
    void aClientOfHttp10IsToldThatItsConnectionStays() throws IOException {
        var fixed = new FixedRoute(path("/health"), new Respond(200, List.of(), "fine"));
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(List.of(Route.path("/api")), fixed).with(instance);
                var client = new TestClient(gateway.gateway)) {
            for (var path : List.of("/health", "/nowhere", "/health")) {
                var out =
                        client.ask(
                                "GET %s HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
                                        .formatted(path));
                assertThat(out.field("connection")).as(path).isEqualTo("keep-alive");
            }
            var last = client.ask("GET /health HTTP/1.0\r\nHost: a\r\n\r\n");
            assertThat(last.field("connection")).isEqualTo("close");
        }
    }

    @Test
    void theNewPathIsTheSameAtEachAttempt() throws IOException {
        var routes = List.of(Route.path("/api").withRewrite("/"));
        try (var bad = new TestInstance((request, exchange) -> exchange.reset());
                var good = TestInstance.answering("hello");
                var gateway = gateway(routes).with(bad, good);
                var client = new TestClient(gateway.gateway)) {
            while (bad.requests.isEmpty()) {
                assertThat(client.ask(TestClient.get("/api/x")).status()).isEqualTo(200);
            }
            assertThat(bad.requests).allMatch(head -> head.startsWith("GET /x HTTP/1.1\r\n"));
            assertThat(good.requests).allMatch(head -> head.startsWith("GET /x HTTP/1.1\r\n"));
        }
    }

    @Test
    void aRouteHasItsOwnTimeouts() throws IOException {
        var quick =
                new RouteTimeouts(
                        Optional.empty(),
                        Optional.of(Duration.ofMillis(100)),
                        Optional.of(Duration.ofMillis(100)),
                        Optional.empty(),
                        Optional.empty());
        var whole =
                new RouteTimeouts(
                        Optional.of(Duration.ofMillis(100)),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        var routes =
                List.of(
                        Route.ALL,
                        Route.path("/quick").withTimeouts(quick),
                        Route.path("/whole").withTimeouts(whole));
        try (var silent = new TestInstance((request, exchange) -> request.in().read());
                var gateway = gateway(routes).with(silent)) {
            record Case(String request, String reason) {}
            for (var wanted :
                    List.of(
                            new Case(TestClient.get("/quick"), "response_timeout"),
                            new Case(TestClient.get("/whole"), "request_deadline"),
                            new Case(
                                    "POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
                                    "request_timeout"))) {
                try (var client = new TestClient(gateway.gateway)) {
                    var answer = client.ask(wanted.request());
                    assertThat(answer.field("x-ebb-reason")).isEqualTo(wanted.reason());
                }
            }
        }
    }

    // ---- Answered by the gateway

    @Test
    void aFixedAnswerIsAnAnswerLikeAnyOther() throws IOException {
        var robots =
                new Respond(
                        200,
                        List.of(new Field("content-type", "text/plain; charset=utf-8")),
                        "f\u00fcr alle\n");
        var empty = new Respond(204, List.of(), "");
        try (var gateway =
                        gateway(
                                List.of(Route.path("/service")),
                                new FixedRoute(path("/robots.txt"), robots),
                                new FixedRoute(path("/none"), empty));
                var client = new TestClient(gateway.gateway)) {
            client.send("HEAD /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n");
            client.send(TestClient.get("/none"));
            client.send(TestClient.get("/robots.txt?x"));
            client.send("POST /robots.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
            var head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.field("content-length")).isEqualTo("10");
            assertThat(head.field("date")).endsWith(" GMT");
            var none = client.read();
            assertThat(none.status()).isEqualTo(204);
            assertThat(none.field("content-length")).isEmpty();
            var whole = client.read();
            assertThat(new String(whole.body(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("f\u00fcr alle\n");
            assertThat(whole.field("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(whole.field("connection")).isEmpty();
            // Its body is not waited for.
            var last = client.read();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.field("connection")).isEqualTo("close");
            assertThat(client.ended()).isTrue();
            var stats = gateway.gateway.stats().unrouted();
            assertThat(stats.requests()).isEqualTo(4);
            assertThat(stats.answers()).containsEntry("2xx", 4L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  Shop.example:8080, /a?b=c,                 301, https://Shop.example:8443/a?b=c",
        "HEAD, shop.example,      /,                      301, https://shop.example:8443/",
        "POST, shop.example,      /a,                     308, https://shop.example:8443/a",
        "GET,  [::1]:80,          //evil.example/x,       301, https://[::1]:8443//evil.example/x",
        "GET,  evil.example,      http://shop.example/a,  301, https://shop.example:8443/a",
        "GET,  shop.example,      http://shop.example,    301, https://shop.example:8443/",
        "OPTIONS, shop.example,   *,                      308, https://shop.example:8443/",
    })
    void plainRequestsGoToHttps(
            String method, String host, String target, int status, String location)
            throws IOException {
        try (var gateway =
                        gateway(
                                List.of(Route.path("/service")),
                                new FixedRoute(
                                        ALL.withScheme(Scheme.HTTP), new ToHttps(8443, true)));
                var client = new TestClient(gateway.gateway)) {
            client.send("%s %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(method, target, host));
            var answer = client.readHead();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.field("location")).isEqualTo(location);
            assertThat(answer.field("content-length")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "user@shop.example,          bad_host",
        "shop.example/evil,          bad_host",
        "'shop.example evil',        bad_host",
        "'shop.example,evil',        bad_host",
        "%73hop.example,             bad_host",
        "evil.example\\shop.example, bad_host",
        "'',                         bad_host",
    })
    void noHostThatIsNoneGetsIntoARedirect(String host, String reason) throws IOException {
        try (var gateway =
                        gateway(
                                List.of(),
                                new FixedRoute(
                                        ALL.withScheme(Scheme.HTTP), new ToHttps(443, true)));
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask("GET / HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(host));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.field("x-ebb-reason")).isEqualTo(reason);
            assertThat(answer.field("location")).isEmpty();
        }
    }

    @Test
    void withoutAHostThereIsNowhereToRedirectTo() throws IOException {
        try (var gateway =
                        gateway(
                                List.of(),
                                new FixedRoute(
                                        ALL.withScheme(Scheme.HTTP), new ToHttps(443, true)));
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask("GET / HTTP/1.0\r\n\r\n").field("x-ebb-reason"))
                    .isEqualTo("bad_host");
        }
    }

    @Test
    void whatCameOverHttpsToATrustedProxyIsNotSentThereAgain() throws IOException {
        var settings = GatewaySettings.DEFAULT.withLoops(1);
        var fixed = new FixedRoute(ALL.withScheme(Scheme.HTTP), new ToHttps(443, true));
        var get = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n";
        try (var instance = TestInstance.answering("hello");
                var trusting =
                        new TestGateway(
                                        settings.with(Heads.DEFAULT.with(Trust.EVERYBODY)),
                                        TestGateway.PLAIN,
                                        List.of(Route.ALL),
                                        fixed)
                                .with(instance);
                var doubting =
                        new TestGateway(settings, TestGateway.PLAIN, List.of(Route.ALL), fixed)
                                .with(instance);
                var one = new TestClient(trusting.gateway);
                var other = new TestClient(doubting.gateway)) {
            assertThat(one.ask(get).status()).isEqualTo(200);
            assertThat(one.ask(TestClient.get("/")).status()).isEqualTo(301);
            assertThat(other.ask(get).status()).isEqualTo(301);
        }
    }

    @Test
    void aRedirectMayGoAnywhere() throws IOException {
        var moved = new Redirect("https://new.example/b", true, true);
        var away = new Redirect("/elsewhere?x", false, false);
        try (var gateway =
                        gateway(
                                List.of(),
                                new FixedRoute(path("/old"), moved),
                                new FixedRoute(path("/away"), away));
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(TestClient.get("/old/x?y"));
            assertThat(answer.status()).isEqualTo(301);
            assertThat(answer.field("location")).isEqualTo("https://new.example/b/old/x?y");
            answer = client.ask(TestClient.get("/away/x"));
            assertThat(answer.status()).isEqualTo(302);
            assertThat(answer.field("location")).isEqualTo("/elsewhere?x");
            answer = client.ask(TestClient.post("/away", ""));
            assertThat(answer.status()).isEqualTo(307);
        }
    }
}
