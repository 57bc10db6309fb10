package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.DRAINING;
import static dev.ebb.balance.EndpointRole.PARKED;
import static dev.ebb.xds.TestXds.HELLO;
import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ebb's own gateway as processes of their own, two of them, under load. */
@Tag("slow")
class SeparateGatewayTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MANY = 300;

    @TempDir Path folder;
    private final List<TestInstance> instances = new ArrayList<>();
    private final List<RealGateway> gateways = new ArrayList<>();
    private final List<Traffic> loads = new ArrayList<>();
    private int xdsPort;
    private long generation;
    private XdsServer server;

    @BeforeEach
    void start() throws Exception {
        try (var socket = new ServerSocket(0)) {
            xdsPort = socket.getLocalPort();
        }
        for (int i = 0; i < 3; i++) {
            instances.add(new TestInstance());
        }
        server = ebb();
        gateways.add(RealGateway.start(folder, "gateway-1", xdsPort));
        gateways.add(RealGateway.start(folder, "gateway-2", xdsPort));
    }

    private XdsServer ebb() throws IOException {
        return XdsServer.start(TestXds.settings(xdsPort, 10_000, HELLO));
    }

    @AfterEach
    void stop() {
        loads.forEach(Traffic::close);
        gateways.forEach(RealGateway::close);
        server.close();
        instances.forEach(TestInstance::close);
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
        var of = report().endpoints().get(id(index));
        return of == null ? 0 : of.traffic().inFlight();
    }

    /** Both serve, and both are asked all the time from here on. */
    private void load() {
        for (RealGateway gateway : gateways) {
            await().atMost(LIMIT).until(gateway::isReady);
        }
        awaitAcknowledged();
        gateways.forEach(gateway -> loads.add(new Traffic(gateway.port())));
    }

    private void awaitMore() {
        for (Traffic load : loads) {
            long from = load.answered.get();
            await().atMost(LIMIT).until(() -> load.answered.get() >= from + MANY);
        }
    }

    private void assertNothingFailed() {
        loads.forEach(load -> assertThat(load.failures).isEmpty());
    }

    @Test
    void bothHaveStoppedSendingBeforeTheyAcknowledgeAndNothingFails() {
        publish(ACTIVE, ACTIVE, ACTIVE);
        load();
        TestInstance victim = instances.get(2);
        await().atMost(LIMIT).until(() -> victim.requests.get() > 0);
        for (int cycle = 0; cycle < 3; cycle++) {
            publish(ACTIVE, ACTIVE, PARKED);
            awaitAcknowledged();
            await().atMost(LIMIT).until(() -> inFlight(2) == 0);
            long parked = victim.requests.get();
            awaitMore();
            assertThat(victim.requests.get()).as("requests once parked").isEqualTo(parked);
            publish(ACTIVE, ACTIVE, ACTIVE);
            await().atMost(LIMIT).until(() -> victim.requests.get() > parked);
        }
        publish(ACTIVE, ACTIVE, DRAINING);
        awaitAcknowledged();
        await().atMost(LIMIT).until(() -> inFlight(2) == 0);
        assertThat(report().standIns()).as("it is known").isEmpty();
        publish(ACTIVE, ACTIVE);
        victim.close();
        awaitMore();
        assertNothingFailed();
    }

    @Test
    void withoutEbbTheyGoOnAndComeBackToIt() throws Exception {
        publish(ACTIVE, ACTIVE, PARKED);
        load();
        awaitMore();
        server.close();
        awaitMore();
        server = ebb();
        generation = 0;
        // It has been started anew and knows its instances, but not yet how they are.
        publish(PARKED, PARKED, PARKED);
        awaitMore();
        publish(ACTIVE, ACTIVE, PARKED);
        await().atMost(LIMIT).until(() -> report().acknowledgedGeneration() == generation);
        publish(ACTIVE, PARKED, ACTIVE);
        awaitAcknowledged();
        await().atMost(LIMIT).until(() -> inFlight(1) == 0);
        long parked = instances.get(1).requests.get();
        awaitMore();
        assertThat(instances.get(1).requests.get()).isEqualTo(parked);
        assertNothingFailed();
    }

    /**
     * What is in flight in one of them only is known, and keeps its instance from being stopped.
     */
    @Test
    void whatIsInFlightInOneIsKnownForEachInstance() throws Exception {
        publish(ACTIVE, PARKED);
        for (RealGateway gateway : gateways) {
            await().atMost(LIMIT).until(gateway::isReady);
        }
        try (var client = HttpClient.newHttpClient()) {
            URI at = URI.create("http://127.0.0.1:" + gateways.getLast().port() + "/held");
            CompletableFuture<String> held =
                    CompletableFuture.supplyAsync(() -> Traffic.ask(client, at));
            await().atMost(LIMIT).until(() -> inFlight(0) == 1);
            publish(PARKED, ACTIVE);
            awaitAcknowledged();
            await().atMost(LIMIT).during(Duration.ofSeconds(4)).until(() -> inFlight(0) == 1);
            instances.getFirst().release();
            await().atMost(LIMIT).until(() -> inFlight(0) == 0);
            assertThat(held.get()).startsWith("200 ");
        }
        assertThat(report().standIns()).isEmpty();
    }

    /** Its end is one in order: it is not waited for as one that was lost is. */
    @Test
    void oneThatEndsInOrderIsNotWaitedFor() throws Exception {
        publish(ACTIVE, ACTIVE, ACTIVE);
        load();
        awaitMore();
        loads.removeFirst().close();
        assertThat(gateways.removeFirst().end()).isZero();
        publish(ACTIVE, ACTIVE, PARKED);
        awaitAcknowledged();
        await().atMost(Duration.ofSeconds(20)).until(() -> inFlight(2) == 0);
        assertThat(report().standIns()).isEmpty();
        awaitMore();
        assertNothingFailed();
    }
}
