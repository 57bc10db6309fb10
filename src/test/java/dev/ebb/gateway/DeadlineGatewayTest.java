package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Deadline;
import dev.ebb.balance.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** How long a request may take, from the client through the gateway to the instance. */
class DeadlineGatewayTest {
    private static final String MILLIS = "X-Envoy-Expected-Rq-Timeout-Ms";

    private static TestInstance echoing() {
        return new TestInstance((request, exchange) -> exchange.ok(request.head()));
    }

    private static TestGateway gateway(Duration whole, RetryPolicy retry) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withLoops(1).withTimeouts(TestTimeouts.request(whole)),
                TestGateway.policy(retry, TestGateway.NO_EJECTION, TestGateway.SELDOM));
    }

    private static String get(String fields) {
        return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    }

    private static long millis(String head) {
        return Long.parseLong(lineOf(head, Deadline.FIELD));
    }

    private static String lineOf(String head, String name) {
        var lines =
                head.lines()
                        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                        .toList();
        assertThat(lines).as(head).hasSize(1);
        return lines.getFirst().substring(name.length() + 1).strip();
    }

    @Test
    void withoutADeadlineNothingIsSaid() throws IOException {
        try (var instance = echoing();
                var gateway = gateway(Duration.ZERO, RetryPolicy.DEFAULT).with(instance);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(get("")).text()).doesNotContainIgnoringCase("timeout");
            assertThat(client.ask(get("grpc-timeout: soon\r\n")).text())
                    .as("not understood, so none of the gateway's business")
                    .contains("grpc-timeout: soon");
        }
    }

    @Test
    void theGatewaysOwnLimitIsPassedOn() throws IOException {
        try (var instance = echoing();
                var gateway = gateway(Duration.ofSeconds(20), RetryPolicy.DEFAULT).with(instance);
                var client = new TestClient(gateway.gateway)) {
            assertThat(millis(client.ask(get("")).text())).isBetween(10_000L, 20_000L);
            assertThat(client.ask(get("")).text()).doesNotContain("grpc-timeout");
        }
    }

    @Test
    void aClientMayShortenItButNotLengthenIt() throws IOException {
        try (var instance = echoing();
                var gateway = gateway(Duration.ofSeconds(20), RetryPolicy.DEFAULT).with(instance);
                var client = new TestClient(gateway.gateway)) {
            String shorter = client.ask(get(MILLIS + ": 9000\r\n")).text();
            assertThat(millis(shorter)).isBetween(5_000L, 9_000L);
            String longer = client.ask(get(MILLIS + ": 90000\r\n")).text();
            assertThat(millis(longer)).isBetween(10_000L, 20_000L);
            String grpc = client.ask(get("grpc-timeout: 8S\r\n")).text();
            assertThat(millis(grpc)).isBetween(4_000L, 8_000L);
            assertThat(Deadline.parseGrpc(lineOf(grpc, Deadline.GRPC_FIELD)))
                    .isBetween(4_000_000_000L, 8_000_000_000L);
        }
    }

    @Test
    void theClientsDeadlineEndsTheRequest() throws IOException {
        var never = new CountDownLatch(1);
        try (var mute = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(never));
                var gateway = gateway(Duration.ZERO, RetryPolicy.DEFAULT).with(mute);
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(get("grpc-timeout: 150m\r\n"));
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("request_deadline");
        } finally {
            never.countDown();
        }
    }

    @Test
    void aSecondTrySaysWhatIsLeft() throws IOException {
        var never = new CountDownLatch(1);
        try (var mute = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(never));
                var well = new TestInstance((request, exchange) -> exchange.ok(request.head()));
                var gateway =
                        gateway(
                                        Duration.ofSeconds(20),
                                        RetryPolicy.DEFAULT.withPerTry(Duration.ofSeconds(1)))
                                .with(mute, well);
                var client = new TestClient(gateway.gateway)) {
            while (mute.requests.isEmpty()) {
                assertThat(millis(client.ask(get("X-Mine: kept\r\n")).text()))
                        .as("one try's, which is shorter")
                        .isBetween(1L, 1000L);
            }
            assertThat(mute.requests.getFirst()).contains("X-Mine: kept");
            assertThat(well.requests.getLast()).contains("X-Mine: kept");
        } finally {
            never.countDown();
        }
    }
}
