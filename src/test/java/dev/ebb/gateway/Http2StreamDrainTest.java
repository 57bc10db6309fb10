package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What becomes of streams over HTTP/2 when their instance is drained, on either side. */
class Http2StreamDrainTest {
    private static final String EVENT = "data: a\n\n";
    private static final GatewaySettings SETTINGS =
            GatewaySettings.DEFAULT.withTimeouts(TestTimeouts.of(Duration.ofSeconds(20)));

    /** An instance of HTTP/2 whose answers, by their paths, are a test's to write. */
    private static final class Instance implements AutoCloseable {
        private final Map<String, TestHttp2Instance.Answer> answers = new ConcurrentHashMap<>();
        private final TestHttp2Instance http2 =
                new TestHttp2Instance(
                        100, (request, answer) -> answers.put(request.path(), answer));

        TestHttp2Instance.Answer asked(String path) {
            await().until(() -> answers.containsKey(path));
            return Objects.requireNonNull(answers.get(path));
        }

        TestHttp2Instance.Answer events(String path, String begun) {
            var answer = asked(path);
            answer.head("200", false, "content-type", "text/event-stream");
            answer.body(begun, false);
            return answer;
        }

        void publish(TestGateway gateway, EndpointRole role) {
            gateway.publish(List.of(http2.endpoint(TestGateway.id(1), role)));
        }

        @Override
        public void close() {
            http2.close();
        }
    }

    private static TestGateway gateway(Instance instance) {
        var gateway = new TestGateway(SETTINGS, TestGateway.PLAIN, Protocol.HTTP2);
        instance.publish(gateway, EndpointRole.ACTIVE);
        return gateway;
    }

    private static void nothingWasLost(TestGateway gateway) {
        await().until(() -> gateway.inFlight(1) == 0);
        assertThat(gateway.traffic().truncated()).isZero();
        assertThat(gateway.endpoint(1).ledger().cut()).isZero();
    }

    private static void reads(TestHttp2Client client, TestHttp2Client.Answer answer, String text) {
        client.readUntil(() -> answer.text().equals(text));
        assertThat(answer.over()).isFalse();
    }

    @Test
    void eventsOfAnInstanceOfHttp1EndBetweenTwoOfThem() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send(
                                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                            + "Transfer-Encoding: chunked\r\n\r\n"
                                            + ("9\r\n" + EVENT + "\r\n"));
                            if (request.in().read() < 0) {
                                throw new IOException("the gateway has gone");
                            }
                        });
                var gateway = new TestGateway(SETTINGS, TestGateway.PLAIN).with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var events = client.send("GET", "/", true);
            reads(client, events, EVENT);
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.DRAINING)));
            assertThat(client.await(events).ended).isTrue();
            assertThat(events.text()).isEqualTo(EVENT);
            nothingWasLost(gateway);
        }
    }

    @Test
    void eventsOfAnInstanceOfHttp2EndForClientsOfBoth() throws IOException {
        try (var instance = new Instance();
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway);
                var other = new TestClient(gateway.gateway)) {
            var events = client.send("GET", "/2", true);
            var asked = instance.events("/2", EVENT);
            reads(client, events, EVENT);
            other.send(TestClient.get("/1"));
            var askedToo = instance.events("/1", EVENT);
            other.readHead();
            assertThat(other.text(14)).isEqualTo("9\r\n" + EVENT + "\r\n");
            instance.publish(gateway, EndpointRole.DRAINING);
            assertThat(client.await(events).ended).isTrue();
            assertThat(other.text(5)).isEqualTo("0\r\n\r\n");
            nothingWasLost(gateway);
            // The instance is told that nobody listens any more.
            await().until(() -> asked.gone() && askedToo.gone());
        }
    }

    @Test
    void anEventThatHasBegunIsWaitedFor() throws IOException {
        try (var instance = new Instance();
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var half = client.send("GET", "/half", true);
            var rest = instance.events("/half", "data: b");
            reads(client, half, "data: b");
            var whole = client.send("GET", "/whole", true);
            instance.events("/whole", EVENT);
            reads(client, whole, EVENT);
            instance.publish(gateway, EndpointRole.DRAINING);
            // All are asked in one turn: when this one was, the other was as well.
            assertThat(client.await(whole).ended).isTrue();
            assertThat(half.over()).isFalse();
            // One more that has begun when the first one ends.
            rest.body("\n\ndata: c", false);
            reads(client, half, "data: b\n\ndata: c");
            rest.body("\n\n", false);
            assertThat(client.await(half).ended).isTrue();
            assertThat(half.text()).isEqualTo("data: b\n\ndata: c\n\n");
            nothingWasLost(gateway);
        }
    }

    @Test
    void aStreamOfGrpcIsWaitedForToItsStatus() throws IOException {
        try (var instance = new Instance();
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var call = client.send("POST", "/s/Watch", true, "content-type", "application/grpc");
            var answer = instance.asked("/s/Watch");
            answer.head("200", false, "content-type", "application/grpc");
            answer.body("one", false);
            reads(client, call, "one");
            var events = client.send("GET", "/events", true);
            instance.events("/events", EVENT);
            reads(client, events, EVENT);
            instance.publish(gateway, EndpointRole.DRAINING);
            assertThat(client.await(events).ended).isTrue();
            assertThat(call.over()).isFalse();
            assertThat(gateway.inFlight(1)).isOne();
            answer.body("two", false);
            answer.trailers("grpc-status", "0");
            assertThat(client.await(call).text()).isEqualTo("onetwo");
            assertThat(call.trailers).containsEntry("grpc-status", "0");
            nothingWasLost(gateway);
        }
    }

    @Test
    void aClosingGatewayAsksThemAndSaysThatItGoes() throws IOException {
        try (var instance = new Instance();
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var events = client.send("GET", "/", true);
            instance.events("/", EVENT);
            reads(client, events, EVENT);
            var closing = Thread.ofVirtual().start(() -> gateway.gateway.close());
            assertThat(client.await(events).ended).isTrue();
            client.readUntil(() -> client.closed);
            assertThat(client.goesAway).isTrue();
            await().until(() -> !closing.isAlive());
            assertThat(gateway.traffic().truncated()).isZero();
        }
    }
}
