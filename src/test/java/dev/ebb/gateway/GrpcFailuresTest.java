package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.GrpcCode;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.core.Health;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls of gRPC that fail by their status, with 200 in HTTP's. */
@Timeout(60)
class GrpcFailuresTest {
    private static final String GRPC = "application/grpc";
    private static final EjectionPolicy THREE =
            new EjectionPolicy(
                    3,
                    0,
                    2,
                    20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    0.5,
                    0);

    @TempDir Path folder;

    private static TestHttp2Instance withTrailers(String status) {
        return new TestHttp2Instance(
                100,
                (request, answer) -> {
                    answer.head("200", false, "content-type", GRPC);
                    answer.body("some", false);
                    answer.trailers("grpc-status", status);
                });
    }

    private static TestHttp2Instance trailersOnly(String status) {
        return new TestHttp2Instance(
                100,
                (request, answer) ->
                        answer.head("200", true, "content-type", GRPC, "grpc-status", status));
    }

    private static TestGateway gateway(
            RetryPolicy retry, GatewaySettings settings, TestHttp2Instance... instances) {
        var gateway =
                new TestGateway(
                        settings.withLoops(1),
                        TestGateway.policy(retry, THREE, TestGateway.SELDOM),
                        Protocol.HTTP2);
        var endpoints = new ArrayList<Endpoint>();
        for (TestHttp2Instance instance : instances) {
            endpoints.add(
                    instance.endpoint(TestGateway.id(endpoints.size() + 1), EndpointRole.ACTIVE));
        }
        gateway.publish(endpoints);
        return gateway;
    }

    private static TestHttp2Client.Answer call(TestHttp2Client client, String... more)
            throws IOException {
        var fields = new ArrayList<>(List.of("content-type", GRPC, "te", "trailers"));
        fields.addAll(List.of(more));
        var answer = client.send("POST", "/s/m", false, fields.toArray(String[]::new));
        client.body(answer, Bytes.ascii("abc"), true);
        return client.await(answer);
    }

    @ParameterizedTest
    @CsvSource({"14, true", "4, true", "0, false", "5, false", "8, false", "13, false"})
    void whatStandsForAGatewaysErrorEjects(String status, boolean ejects) throws IOException {
        try (var bad = withTrailers(status);
                var well = withTrailers("0");
                var gateway = gateway(RetryPolicy.OFF, GatewaySettings.DEFAULT, bad, well);
                var client = new TestHttp2Client(gateway.gateway)) {
            while (bad.requests.size() < 6 && gateway.endpoint(1).health() != Health.EJECTED) {
                call(client);
            }
            assertThat(gateway.endpoint(1).health() == Health.EJECTED).isEqualTo(ejects);
            assertThat(gateway.endpoint(2).health()).isNotEqualTo(Health.EJECTED);
        }
    }

    @Test
    void aDeadlineOfTheClientSaysNothingOfTheInstance() throws IOException {
        try (var late = withTrailers("4");
                var other = withTrailers("4");
                var gateway = gateway(RetryPolicy.OFF, GatewaySettings.DEFAULT, late, other);
                var client = new TestHttp2Client(gateway.gateway)) {
            while (late.requests.size() < 6) {
                call(client, "grpc-timeout", "10S");
            }
            assertThat(gateway.endpoint(1).health()).isNotEqualTo(Health.EJECTED);
        }
    }

    @Test
    void anAnswerOfAStatusOnlyIsTriedElsewhereIfThatIsAllowed() throws IOException {
        var allowed = new RetryPolicy(true, 3, 1, 1000).withGrpcStatuses(GrpcCode.UNAVAILABLE);
        try (var bad = trailersOnly("14");
                var well = withTrailers("0");
                var gateway = gateway(allowed, GatewaySettings.DEFAULT, bad, well);
                var client = new TestHttp2Client(gateway.gateway)) {
            while (bad.requests.size() < 3) {
                assertThat(call(client).trailers).containsEntry("grpc-status", "0");
            }
            assertThat(well.requests).allSatisfy(r -> assertThat(r.body()).isEqualTo("abc"));
            assertThat(gateway.traffic().resilience().retries())
                    .containsEntry("grpc-status", (long) bad.requests.size());
            await().until(() -> gateway.endpoint(1).health() == Health.EJECTED);
        }
    }

    @Test
    void nothingElseIsTriedElsewhere() throws IOException {
        var allowed = new RetryPolicy(true, 3, 1, 1000).withGrpcStatuses(GrpcCode.ABORTED);
        try (var unavailable = trailersOnly("14");
                var begun = withTrailers("10");
                var gateway = gateway(allowed, GatewaySettings.DEFAULT, unavailable, begun);
                var client = new TestHttp2Client(gateway.gateway)) {
            while (unavailable.requests.isEmpty() || begun.requests.isEmpty()) {
                var answer = call(client);
                assertThat(answer.head.getOrDefault("grpc-status", "none"))
                        .isEqualTo(answer.trailers.containsKey("grpc-status") ? "none" : "14");
            }
            assertThat(gateway.traffic().retried()).isZero();
        }
    }

    @Test
    void theAccessLogHasTheStatus() throws IOException {
        Path file = folder.resolve("access.log");
        var log =
                new AccessLogSettings(
                        Optional.of(file),
                        0,
                        Duration.ZERO,
                        AccessLogSettings.Query.NONE,
                        1 << 20,
                        1);
        try (var bad = withTrailers("14");
                var gateway =
                        gateway(RetryPolicy.OFF, GatewaySettings.DEFAULT.withAccessLog(log), bad);
                var client = new TestHttp2Client(gateway.gateway)) {
            call(client);
            gateway.publish(List.of());
            call(client);
            await().until(() -> Files.readAllLines(file).size() == 2);
        }
        assertThat(Files.readAllLines(file).get(0))
                .contains("\"status\":200,\"grpc_status\":14,", "\"kept\":\"failed\"");
        assertThat(Files.readAllLines(file).get(1))
                .contains("\"status\":503,\"grpc_status\":14,\"reason\":\"no_instance\"");
    }
}
