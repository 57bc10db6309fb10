package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.EndpointRole;
import dev.ebb.control.EndpointSink.Told;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instances say how busy they are in their answers. */
// Where a line ends is what these texts are about.
@SuppressWarnings("StringConcatToTextBlock")
class LoadReportsTest {
    private static final String BUSY =
            "HTTP/1.1 200 OK\r\nA: 1\r\n"
                    + "Endpoint-Load-Metrics: TEXT cpu_utilization=0.6,mem_utilization=0.5\r\n"
                    + "B: 2\r\nContent-Length: 2\r\n\r\nok";

    private static TestInstance busy() {
        return new TestInstance((_, exchange) -> exchange.send(BUSY));
    }

    private static TestGateway gateway(boolean asks) {
        return gateway(asks, Protocol.HTTP1);
    }

    private static TestGateway gateway(boolean asks, Protocol spoken) {
        return new TestGateway(
                GatewaySettings.DEFAULT,
                new GatewayService(TestGateway.HELLO, List.of(Route.ALL), TestGateway.PLAIN)
                        .withProtocol(spoken)
                        .withLoadReports(asks));
    }

    /** As gRPC's servers do it: behind the messages, in Base64 of application_utilization 0.7. */
    private static TestHttp2Instance busyBehind(String... others) throws IOException {
        return new TestHttp2Instance(
                100,
                (_, answer) -> {
                    answer.head("200", false);
                    answer.body("ok", false);
                    List<String> trailers = new ArrayList<>(List.of(others));
                    trailers.addAll(List.of("endpoint-load-metrics-bin", "SWZmZmZmZuY/"));
                    answer.trailers(trailers.toArray(String[]::new));
                });
    }

    @ParameterizedTest
    @CsvSource({"true, 'grpc-status: 0\nx-a: 1\n'", "true, ''", "false, 'grpc-status: 0\n'"})
    void isHeardBehindTheBody(boolean asks, String others) throws IOException {
        String expected = others.replace("\\n", "\n");
        String[] fields = expected.isEmpty() ? new String[0] : expected.split(": |\n");
        try (var instance = busyBehind(fields);
                var gateway = gateway(asks, Protocol.HTTP2);
                var client = new TestClient(gateway.gateway)) {
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            TestClient.Answer answer = client.ask(TestClient.get("/"));
            assertThat(answer.text()).isEqualTo("ok");
            var told = gateway.gateway.told(TestGateway.HELLO);
            if (asks) {
                assertThat(answer.trailers()).isEqualTo(expected);
                assertThat(Objects.requireNonNull(told.get(TestGateway.id(1))).utilization())
                        .isEqualTo(0.7);
            } else {
                assertThat(answer.trailers()).contains("endpoint-load-metrics-bin");
                assertThat(told).isEmpty();
            }
        }
    }

    @Test
    void isHeardAndNotPassedOn() throws IOException {
        try (var instance = busy();
                var gateway = gateway(true).with(instance);
                var client = new TestClient(gateway.gateway)) {
            long before = System.nanoTime();
            TestClient.Answer answer = client.ask(TestClient.get("/"));
            assertThat(answer.text()).isEqualTo("ok");
            assertThat(answer.head().toLowerCase(java.util.Locale.ROOT))
                    .contains("a: 1", "b: 2")
                    .doesNotContain("endpoint-load-metrics");
            Told told =
                    Objects.requireNonNull(
                            gateway.gateway.told(TestGateway.HELLO).get(TestGateway.id(1)));
            assertThat(told.utilization()).isEqualTo(0.6);
            assertThat(told.memory()).isEqualTo(OptionalDouble.of(0.5));
            assertThat(told.atNanos()).isBetween(before, System.nanoTime());
        }
    }

    @Test
    void whereNobodyAsksItIsAFieldAsAnyOther() throws IOException {
        try (var instance = busy();
                var gateway = gateway(false).with(instance);
                var client = new TestClient(gateway.gateway)) {
            TestClient.Answer answer = client.ask(TestClient.get("/"));
            assertThat(answer.field("endpoint-load-metrics")).startsWith("TEXT");
            assertThat(gateway.gateway.told(TestGateway.HELLO)).isEmpty();
        }
    }
}
