package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.DRAINING;
import static dev.ebb.balance.EndpointRole.PARKED;
import static dev.ebb.xds.TestXds.HELLO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.Report;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy that has everything from Ebb, under load. */
@Tag("slow")
class EnvoyTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int MANY = 300;

    @TempDir Path folder;
    private final List<TestInstance> instances = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private int xdsPort;
    private int proxyPort;
    private long generation;
    private XdsServer server;
    private RealEnvoy envoy;

    @BeforeEach
    void start() throws Exception {
        RealEnvoy.binary();
        xdsPort = freePort();
        proxyPort = freePort();
        for (int i = 0; i < 3; i++) {
            instances.add(new TestInstance());
        }
        server = XdsServer.start(TestXds.settings(xdsPort, proxyPort, HELLO));
        envoy = RealEnvoy.start(folder, "envoy-1", TestXds.loopback(xdsPort));
    }

    @AfterEach
    void stop() throws Exception {
        if (envoy != null) {
            envoy.close();
            server.close();
        }
        instances.forEach(TestInstance::close);
        client.close();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Publishes; what no role is given for is left out. */
    private void publish(EndpointRole... roles) {
        generation++;
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < roles.length; i++) {
            endpoints.add(
                    new Endpoint(
                            id(i),
                            "127.0.0.1",
                            instances.get(i).port(),
                            roles[i],
                            1,
                            Endpoint.NO_RAMP));
        }
        server.publish(new EndpointSnapshot(HELLO, generation, endpoints));
    }

    private static InstanceId id(int index) {
        return new InstanceId(HELLO, index + 1);
    }

    private Report report() {
        return server.report(HELLO, new Now(System.nanoTime(), 0));
    }

    private void awaitAcknowledged() {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> report().acknowledgedGeneration() == generation);
    }

    private int inFlight(int index) {
        return Objects.requireNonNull(report().endpoints().get(id(index))).traffic().inFlight();
    }

    private void awaitServing() {
        await().atMost(LIMIT).until(() -> ask("/").startsWith("200 "));
    }

    private String ask(String path) {
        return Traffic.ask(client, URI.create("http://127.0.0.1:" + proxyPort + path));
    }

    private static void awaitMore(Traffic traffic) {
        long from = traffic.answered.get();
        await().atMost(LIMIT).until(() -> traffic.answered.get() >= from + MANY);
    }

    @Test
    void noRequestIsLostWhileInstancesAreParkedRescuedAndStopped() throws Exception {
        publish(ACTIVE, ACTIVE, ACTIVE);
        awaitServing();
        awaitAcknowledged();
        TestInstance victim = instances.get(2);
        try (var traffic = new Traffic(proxyPort)) {
            await().atMost(LIMIT).until(() -> victim.requests.get() > 0);
            publish(ACTIVE, ACTIVE, PARKED);
            awaitAcknowledged();
            long parked = victim.requests.get();
            awaitMore(traffic);
            assertThat(victim.requests.get()).as("requests after the ACK").isEqualTo(parked);

            publish(ACTIVE, ACTIVE, ACTIVE);
            await().atMost(LIMIT).until(() -> victim.requests.get() > parked);

            publish(ACTIVE, ACTIVE, DRAINING);
            awaitAcknowledged();
            long drained = victim.requests.get();
            await().atMost(LIMIT).until(() -> inFlight(2) == 0);
            assertThat(report().standIns()).as("it is known").isEmpty();
            publish(ACTIVE, ACTIVE);
            victim.close();
            awaitMore(traffic);
            awaitAcknowledged();
            assertThat(victim.requests.get()).isEqualTo(drained);
            assertThat(traffic.failures).isEmpty();
        }
    }

    /** Most are drained: by default Envoy would send to them again. */
    @Test
    void aMajorityOfDrainingInstancesGetsNothing() throws Exception {
        publish(ACTIVE, ACTIVE, ACTIVE);
        awaitServing();
        try (var traffic = new Traffic(proxyPort)) {
            publish(ACTIVE, PARKED, PARKED);
            awaitAcknowledged();
            long before = instances.get(1).requests.get() + instances.get(2).requests.get();
            awaitMore(traffic);
            assertThat(instances.get(1).requests.get() + instances.get(2).requests.get())
                    .isEqualTo(before);
            assertThat(traffic.failures).isEmpty();
        }
    }

    @Test
    void nothingGoesEmptyWhenEbbIsStartedAnew() throws Exception {
        publish(ACTIVE, ACTIVE, PARKED);
        awaitServing();
        awaitAcknowledged();
        try (var traffic = new Traffic(proxyPort)) {
            awaitMore(traffic);
            server.close();
            awaitMore(traffic);
            server = XdsServer.start(TestXds.settings(xdsPort, proxyPort, HELLO));
            awaitMore(traffic);
            generation = 0;
            // It has been started anew and knows its instances, but not yet how they are.
            publish(PARKED, PARKED, PARKED);
            awaitMore(traffic);
            publish(ACTIVE, ACTIVE, PARKED);
            await().atMost(LIMIT).until(() -> report().acknowledgedGeneration() == generation);
            publish(ACTIVE, PARKED, ACTIVE);
            awaitAcknowledged();
            long parked = instances.get(1).requests.get();
            awaitMore(traffic);
            assertThat(instances.get(1).requests.get()).isEqualTo(parked);
            assertThat(traffic.failures).isEmpty();
        }
    }

    @Test
    void anEnvoyThatIsStartedAnewFindsEverything() throws Exception {
        publish(ACTIVE, PARKED, PARKED);
        awaitServing();
        awaitAcknowledged();
        envoy.close();
        await().atMost(LIMIT)
                .until(() ->
                        Objects.requireNonNull(
                                                server.report(HELLO, new Now(0, 0))
                                                        .endpoints()
                                                        .get(id(1)))
                                        .traffic()
                                        .inFlight()
                                == 1);
        envoy = RealEnvoy.start(folder, "envoy-1", TestXds.loopback(xdsPort));
        awaitServing();
        awaitAcknowledged();
        try (var traffic = new Traffic(proxyPort)) {
            awaitMore(traffic);
            assertThat(traffic.failures).isEmpty();
        }
        assertThat(instances.get(1).requests.get() + instances.get(2).requests.get()).isZero();
    }

    /** Envoy's reports, for each instance: what is in flight there keeps it from being stopped. */
    @Test
    void whatEnvoyHasInFlightIsKnownForEachInstance() throws Exception {
        publish(ACTIVE, PARKED);
        awaitServing();
        awaitAcknowledged();
        CompletableFuture<String> held = CompletableFuture.supplyAsync(() -> ask("/held"));
        await().atMost(LIMIT).until(() -> inFlight(0) == 1);
        publish(PARKED, ACTIVE);
        awaitAcknowledged();
        // Several reports later it is still there, and only there.
        await().atMost(LIMIT).during(Duration.ofSeconds(4)).until(() -> inFlight(0) == 1);
        instances.getFirst().release();
        await().atMost(LIMIT).until(() -> inFlight(0) == 0);
        assertThat(report().standIns()).isEmpty();
        assertThat(held.get()).startsWith("200 ");
        assertThat(envoy.log()).doesNotContain("[critical]");
    }

    /** Envoy knows it of a locality only, and says the sum over its requests. */
    @Test
    void whatInstancesSayOfThemselvesIsPassedOn() throws Exception {
        server.serve(List.of(TestXds.service(HELLO).withReported(true)));
        instances.get(0).says = "TEXT application_utilization=0.4,named_metrics.jobs=10";
        instances.get(1).says = "TEXT application_utilization=0.4,named_metrics.jobs=10";
        publish(ACTIVE, ACTIVE);
        awaitServing();
        try (var traffic = new Traffic(proxyPort)) {
            await().atMost(LIMIT)
                    .until(() -> server.told(HELLO).keySet().containsAll(List.of(id(0), id(1))));
            awaitMore(traffic);
            var told = Objects.requireNonNull(server.told(HELLO).get(id(0)));
            assertThat(told.figures().keySet())
                    .contains("application_utilization", "named_metrics.jobs");
            assertThat(told.figures().get("named_metrics.jobs")).isCloseTo(10, within(0.001));
            assertThat(told.utilization()).isCloseTo(0.4, within(0.001));
        }
    }
}
