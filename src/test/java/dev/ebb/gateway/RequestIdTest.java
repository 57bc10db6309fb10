package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import dev.ebb.gateway.AccessLogSettings.Query;
import dev.ebb.gateway.GatewaySettings.RequestId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By what a request is found again: at the instance, in the log, and in the gateway's answers. */
class RequestIdTest {
    private static final String NAME = "x-request-id";
    private static final String OURS = "[0-9a-f]{32}";
    private static final RequestId GIVEN = new RequestId("X-Request-Id", true);
    private static final RequestId PASSED = new RequestId("X-Request-Id", false);
    private static final FixedRoute ROBOTS =
            new FixedRoute(
                    RouteMatch.of(Optional.empty(), "/robots.txt"),
                    new FixedRoute.Respond(200, List.of(), "none"));

    @TempDir Path folder;

    private TestGateway gateway(RequestId ids, Route... routes) {
        var log =
                new AccessLogSettings(
                        Optional.of(folder.resolve("access.json")),
                        1,
                        Duration.ZERO,
                        Query.NONE,
                        1 << 20,
                        2);
        return new TestGateway(
                GatewaySettings.DEFAULT
                        .withLoops(1)
                        .withAccessLog(log)
                        .with(GatewaySettings.Heads.DEFAULT.with(ids)),
                TestGateway.PLAIN,
                routes.length == 0 ? List.of(Route.ALL) : List.of(routes),
                ROBOTS);
    }

    private List<String> logged(int wanted) throws IOException {
        Path file = folder.resolve("access.json");
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> Files.readAllLines(file).size() >= wanted);
        return Files.readAllLines(file).stream()
                .map(line -> AccessLogTest.value(line, "id"))
                .toList();
    }

    static List<String> ids(String head) {
        return head.lines()
                .filter(line -> line.matches("(?i)x[-_]request[-_]id:.*"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .toList();
    }

    @Test
    void whoComesWithoutOneGetsOneThatInstanceAndLogKnow() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(GIVEN).with(instance);
                var client = new TestClient(gateway.gateway);
                var other = new TestHttp2Client(gateway.gateway)) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("hello");
                assertThat(other.get("/").text()).isEqualTo("hello");
            }
            // A head that comes in two parts is read in another way.
            client.send("GET / HTTP/1.1\r\nHo").send("st: a\r\n\r\n").read();
            var seen = instance.requests.stream().map(RequestIdTest::ids).toList();
            assertThat(seen).hasSize(41).allMatch(ids -> ids.size() == 1);
            var flat = seen.stream().map(List::getFirst).toList();
            assertThat(flat).allMatch(id -> id.matches(OURS)).doesNotHaveDuplicates();
            assertThat(logged(41)).containsExactlyElementsOf(flat);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "7b3c-4f", "|4bf92f35.1_", "Root=1-67891233-abcdef012345"})
    void aGoodOneIsKept(String id) throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(GIVEN).with(instance);
                var client = new TestClient(gateway.gateway);
                var other = new TestHttp2Client(gateway.gateway)) {
            client.ask("GET / HTTP/1.1\r\nHost: a\r\nx-request-ID:  " + id + " \r\n\r\n");
            // Nor may a client have it taken out on the way.
            client.ask(
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-request-id, keep-alive\r\n"
                            + ("X-Request-Id: " + id + "\r\n\r\n"));
            other.get("/", NAME, id);
            assertThat(instance.requests).hasSize(3).allMatch(r -> ids(r).equals(List.of(id)));
            assertThat(logged(3)).containsOnly(id);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Request-Id: a b\r\n",
                "X-Request-Id: \r\n",
                "X-Request-Id: <script>\r\n",
                "X-Request-Id: \"quoted\"\r\n",
                "X-Request-Id: m\u00fcll\r\n",
                "X-Request-Id: one\r\nX-Request-Id: two\r\n",
                "X-Request-Id: one\r\nX_Request_Id: two\r\n",
                "X_Request_Id: two\r\n"
            })
    void anyOtherIsReplaced(String fields) throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(GIVEN).with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.ask("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
            var ids = ids(instance.requests.getFirst());
            assertThat(ids).singleElement().asString().matches(OURS);
            assertThat(logged(1)).isEqualTo(ids);
        }
    }

    @Test
    void aLongOneIsReplacedOverBothProtocols() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(GIVEN).with(instance);
                var client = new TestClient(gateway.gateway);
                var other = new TestHttp2Client(gateway.gateway)) {
            var longest = "x".repeat(128);
            for (var id : List.of(longest, longest + "x")) {
                client.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + id + "\r\n\r\n");
                other.get("/", NAME, id);
            }
            var seen = instance.requests.stream().map(r -> ids(r).getFirst()).toList();
            assertThat(seen.subList(0, 2)).containsOnly(longest);
            assertThat(seen.subList(2, 4)).allMatch(id -> id.matches(OURS));
        }
    }

    @Test
    void eachAnswerOfTheGatewaysOwnSaysIt() throws IOException {
        try (var gateway = gateway(GIVEN, Route.path("/api"));
                var client = new TestClient(gateway.gateway)) {
            var none = client.ask(TestClient.get("/api"));
            var nowhere = client.ask(TestClient.get("/nowhere"));
            var robots =
                    client.ask("GET /robots.txt HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\n\r\n");
            var bad = client.ask("nonsense\r\n\r\n");
            assertThat(List.of(none, nowhere, robots, bad))
                    .extracting(TestClient.Answer::status)
                    .containsExactly(503, 404, 200, 400);
            assertThat(none.field(NAME)).matches(OURS);
            assertThat(robots.field(NAME)).isEqualTo("mine");
            assertThat(logged(4))
                    .containsExactly(none.field(NAME), nowhere.field(NAME), "mine", bad.field(NAME))
                    .doesNotHaveDuplicates()
                    .doesNotContain("");
        }
    }

    @Test
    void soDoesEachOverHttp2AndOfGrpc() throws IOException {
        try (var gateway = gateway(GIVEN, Route.path("/api"));
                var client = new TestHttp2Client(gateway.gateway)) {
            var none = client.get("/api");
            var robots = client.get("/robots.txt", NAME, "mine");
            var grpc =
                    client.await(
                            client.send(
                                    "POST", "/api/s/M", true, "content-type", "application/grpc"));
            var connect = client.await(client.send("CONNECT", "", true));
            var large = client.get("/", "x-large", "x".repeat(40_000));
            assertThat(List.of(none, robots, grpc, connect, large))
                    .extracting(TestHttp2Client.Answer::status)
                    .containsExactly("503", "200", "200", "405", "431");
            assertThat(grpc.head).containsEntry("grpc-status", "14");
            assertThat(logged(5))
                    .containsExactly(
                            none.head.get(NAME),
                            "mine",
                            grpc.head.get(NAME),
                            connect.head.get(NAME),
                            large.head.get(NAME))
                    .doesNotHaveDuplicates()
                    .doesNotContainNull();
        }
    }

    @Test
    void aRetryKeepsItAndSoDoesTheAnswerThatSaysThatAllHaveFailed() throws IOException {
        try (var bad = new TestInstance((request, exchange) -> exchange.reset());
                var worse = new TestInstance((request, exchange) -> exchange.reset());
                var gateway = gateway(GIVEN).with(bad, worse);
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(TestClient.get("/"));
            assertThat(answer.status()).isEqualTo(502);
            var id = List.of(answer.field(NAME));
            assertThat(id.getFirst()).matches(OURS);
            assertThat(bad.requests).isNotEmpty().allMatch(r -> ids(r).equals(id));
            assertThat(worse.requests).isNotEmpty().allMatch(r -> ids(r).equals(id));
            assertThat(logged(1)).isEqualTo(id);
        }
    }

    @Test
    void instancesOfHttp2GetItToo() throws IOException {
        var settings = GatewaySettings.DEFAULT.with(GatewaySettings.Heads.DEFAULT.with(GIVEN));
        try (var instance =
                        new TestHttp2Instance(100, (request, answer) -> answer.head("204", true));
                var gateway = new TestGateway(settings, TestGateway.PLAIN, Protocol.HTTP2);
                var client = new TestClient(gateway.gateway);
                var other = new TestHttp2Client(gateway.gateway)) {
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            client.ask(TestClient.get("/"));
            other.get("/");
            assertThat(instance.requests)
                    .hasSize(2)
                    .allMatch(request -> request.field(NAME).matches(OURS));
        }
    }

    @Test
    void whereNoneAreGivenTheClientsPassesAsItCame() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(PASSED, Route.path("/api")).with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.ask(TestClient.get("/api"));
            client.ask("GET /api HTTP/1.1\r\nHost: a\r\nX-Request-Id: a b\r\n\r\n");
            client.ask("GET /api HTTP/1.1\r\nHost: a\r\nx-request-id: mine\r\n\r\n");
            assertThat(instance.requests)
                    .extracting(RequestIdTest::ids)
                    .containsExactly(List.of(), List.of("a b"), List.of("mine"));
            assertThat(instance.requests.getLast()).contains("x-request-id: mine");
            assertThat(client.ask(TestClient.get("/")).field(NAME)).isEmpty();
            var refused = client.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\n\r\n");
            assertThat(refused.field(NAME)).isEqualTo("mine");
            assertThat(logged(5)).containsExactly("", "", "mine", "", "mine");
        }
    }

    @Test
    void itsNameIsAMatterOfTheSettings() throws IOException {
        var ids = new RequestId("X-Correlation-Id", true);
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(ids, Route.path("/api")).with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.ask("GET /api HTTP/1.1\r\nHost: a\r\nX-Request-Id: a b\r\n\r\n");
            assertThat(instance.requests.getFirst())
                    .contains("X-Request-Id: a b\r\n", "X-Correlation-Id: ");
            assertThat(client.ask(TestClient.get("/")).head()).contains("X-Correlation-Id: ");
        }
        for (var name : List.of("Host", "via", "x_request_id", "", "a b")) {
            assertThatThrownBy(() -> new RequestId(name, true))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void loopsGiveDifferentOnesAndCountOn() {
        var one = new RequestIds(GIVEN);
        var all = new HashSet<String>();
        byte[] room = RequestIds.NONE;
        for (int i = 0; i < 5000; i++) {
            byte[] id = one.next(room);
            // A connection's next id needs no room of its own.
            if (i > 0) {
                assertThat(id).isSameAs(room);
            }
            room = id;
            all.add(text(id));
        }
        assertThat(all).hasSize(5000).allMatch(id -> id.matches(OURS));
        assertThat(text(room)).endsWith("001388");
        assertThat(text(new RequestIds(GIVEN).next(RequestIds.NONE)).substring(0, 20))
                .isNotEqualTo(text(room).substring(0, 20));
        assertThat(new RequestIds(PASSED).next(room)).isEmpty();
    }

    private static String text(byte[] id) {
        return new String(id, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
