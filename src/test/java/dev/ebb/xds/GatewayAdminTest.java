package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.PARKED;
import static dev.ebb.xds.TestXds.HELLO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an {@code ebb gateway} shows of itself, from before it knows anything to its end. */
@Timeout(120)
class GatewayAdminTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir Path folder;
    private final HttpClient client = HttpClient.newHttpClient();

    private String ask(int port, String path) {
        return Traffic.ask(client, URI.create("http://127.0.0.1:" + port + path));
    }

    private static EndpointSnapshot snapshot(int port, EndpointRole... roles) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (EndpointRole role : roles) {
            var id = new InstanceId(HELLO, endpoints.size() + 1);
            endpoints.add(new Endpoint(id, "127.0.0.1", port, role, 1, Endpoint.NO_RAMP));
        }
        return new EndpointSnapshot(HELLO, 1, endpoints);
    }

    @Test
    void showsItselfFromItsStartToItsEnd() throws Exception {
        int xds;
        try (var socket = new ServerSocket(0)) {
            xds = socket.getLocalPort();
        }
        int probes;
        try (var socket = new ServerSocket(0)) {
            probes = socket.getLocalPort();
        }
        int scraped;
        try (var socket = new ServerSocket(0)) {
            scraped = socket.getLocalPort();
        }
        String[] shown = {
            "--admin",
            "127.0.0.1:0",
            "--probe-port",
            Integer.toString(probes),
            "--metrics-port",
            Integer.toString(scraped)
        };
        try (var instance = new TestInstance();
                var gateway = RealGateway.start(folder, "g", xds, shown)) {
            await().atMost(LIMIT).until(() -> gateway.admin().isPresent());
            int admin = gateway.admin().getAsInt();
            assertThat(ask(admin, "/healthz")).isEqualTo("200 ok\n");
            assertThat(ask(admin, "/readyz"))
                    .isEqualTo("503 it waits for Ebb at 127.0.0.1:" + xds + "\n");
            assertThat(ask(admin, "/metrics"))
                    .contains("\nebb_xds_connected 0\n")
                    .contains("\nebb_xds_heard_age_seconds +Inf\n");

            try (var ebb = XdsServer.start(TestXds.settings(xds, 10_000, HELLO))) {
                ebb.publish(snapshot(instance.port(), ACTIVE, PARKED));
                await().atMost(LIMIT).until(() -> ask(admin, "/readyz").equals("200 ok\n"));
                assertThat(ask(probes, "/readyz")).isEqualTo("200 ok\n");
                assertThat(ask(probes, "/metrics")).startsWith("404 ");
                assertThat(ask(scraped, "/metrics")).startsWith("200 ").contains("ebb_xds_");
                assertThat(ask(scraped, "/v1/status")).startsWith("404 ");
                assertThat(ask(gateway.port(), "/")).isEqualTo("200 " + instance.port());
                knows(ask(admin, "/metrics"), "127.0.0.1:" + instance.port());
                assertThat(ask(admin, "/v1/status").replaceAll("\\s+", " "))
                        .contains("\"connected\" : true", "\"node\" : \"g\"")
                        .contains("\"instance\" : \"hello-2\"", "\"role\" : \"PARKED\"");
                assertThat(ask(gateway.port(), "/metrics"))
                        .as("requests are not taken where it shows itself, nor the other way round")
                        .isEqualTo("200 " + instance.port());
            }

            await().atMost(LIMIT)
                    .until(() -> ask(admin, "/metrics").contains("\nebb_xds_connected 0\n"));
            assertThat(ask(admin, "/readyz")).as("it goes on without Ebb").startsWith("200 ");
            var held = CompletableFuture.supplyAsync(() -> ask(gateway.port(), "/held"));
            String one = "{service=\"hello\",instance=\"hello-1\",endpoint=\"127.0.0.1:";
            String inFlight = "ebb_endpoint_in_flight" + one + instance.port() + "\"} 1\n";
            await().atMost(LIMIT).until(() -> ask(admin, "/metrics").contains(inFlight));
            CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(gateway::ended);
            await().atMost(LIMIT).until(() -> ask(admin, "/readyz").equals("503 it is ending\n"));
            instance.release();
            assertThat(held.get()).startsWith("200 ");
            assertThat(ended.get()).isZero();
        }
    }

    private static void knows(String metrics, String endpoint) {
        String one = "{service=\"hello\",instance=\"hello-1\",endpoint=\"" + endpoint + "\"} ";
        String two = one.replace("hello-1", "hello-2");
        assertThat(metrics)
                .contains("\nebb_xds_connected 1\n")
                .contains("\nebb_endpoint_active" + one + "1\n")
                .contains("\nebb_endpoint_active" + two + "0\n")
                .contains("\nebb_endpoint_requests_total" + one + "1\n")
                .contains("\nebb_requests_total{service=\"hello\"} 1\n")
                .contains("\nebb_xds_generation{service=\"hello\"} 1\n")
                .contains("\nebb_xds_generation_in_use{service=\"hello\"} 1\n")
                .contains("\nebb_xds_refused 0\n");
    }

    /** There is nothing to lose then, and it is no failure. */
    @Test
    void mayBeEndedWhileItWaitsForEbb() throws Exception {
        int xds;
        try (var socket = new ServerSocket(0)) {
            xds = socket.getLocalPort();
        }
        try (var gateway = RealGateway.start(folder, "g", xds, "--admin", "127.0.0.1:0")) {
            await().atMost(LIMIT).until(() -> gateway.admin().isPresent());
            assertThat(gateway.end()).isZero();
        }
    }

    @Test
    void itsAdminAddressIsOnLoopbackOnly() throws Exception {
        try (var gateway = RealGateway.start(folder, "g", 1, "--admin", "0.0.0.0:0")) {
            assertThat(gateway.exit()).isEqualTo(2);
            assertThat(gateway.output()).contains("--admin: 0.0.0.0:0 is not on loopback");
        }
    }
}
