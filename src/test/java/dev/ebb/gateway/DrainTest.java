package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.control.EndpointSink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The proof on which every stop rests: once all loops have acknowledged the snapshot that parks an
 * instance, and nothing is in flight, no request reaches it any more. Under load, with retries off.
 */
class DrainTest {
    private static final int CYCLES = 20;
    private static final int CLIENTS = 8;

    static Stream<Transport> transports() {
        return ProxyingTest.transports();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void nothingIsLostInTwentyCycles(Transport transport) throws Exception {
        Map<Integer, TestInstance> instances = new ConcurrentHashMap<>();
        Set<String> served = ConcurrentHashMap.newKeySet();
        Set<String> answered = ConcurrentHashMap.newKeySet();
        var failed = new AtomicLong();
        var stop = new AtomicBoolean();
        try (var gateway =
                new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(2).withTransport(transport),
                        TestGateway.policy(
                                RetryPolicy.OFF, TestGateway.NO_EJECTION, TestGateway.SELDOM))) {
            for (int i = 1; i <= 3; i++) {
                instances.put(i, recording(served));
            }
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            var clients = new ArrayList<Thread>();
            for (int c = 0; c < CLIENTS; c++) {
                int number = c;
                clients.add(
                        Thread.ofVirtual()
                                .start(() -> load(gateway, number, stop, answered, failed)));
            }
            for (int cycle = 1; cycle <= CYCLES; cycle++) {
                int leaving = cycle;
                int before = answered.size();
                await().until(() -> answered.size() > before + 100);
                gateway.publish(endpoints(instances, leaving, EndpointRole.PARKED));
                gateway.publish(endpoints(instances, leaving, EndpointRole.DRAINING));
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> inFlight(gateway, leaving) == 0);
                var gone = Objects.requireNonNull(instances.remove(leaving));
                int requests = gone.requests.size();
                gone.die();
                instances.put(leaving + 3, recording(served));
                gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
                assertThat(gone.requests).hasSize(requests);
            }
            stop.set(true);
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failed).hasValue(0);
            assertThat(served).isEqualTo(answered);
            assertThat(gateway.traffic().failedTotal()).isZero();
            assertThat(gateway.traffic().retried()).isZero();
            assertThat(gateway.traffic().truncated()).isZero();
            assertThat(gateway.traffic().requests()).isEqualTo(answered.size());
            assertThat(gateway.traffic().answers()).containsEntry("2xx", (long) answered.size());
        } finally {
            stop.set(true);
            instances.values().forEach(TestInstance::close);
        }
    }

    private static TestInstance recording(Set<String> served) {
        return new TestInstance((request, exchange) -> {
            request.body();
            served.add(request.field("x-id"));
            exchange.ok("well");
        });
    }

    private static List<Endpoint> endpoints(
            Map<Integer, TestInstance> instances, int special, EndpointRole role) {
        return instances.entrySet().stream()
                .map(entry ->
                        entry.getValue()
                                .endpoint(
                                        TestGateway.id(entry.getKey()),
                                        entry.getKey() == special ? role : EndpointRole.ACTIVE))
                .toList();
    }

    private static int inFlight(TestGateway gateway, int ordinal) {
        return gateway.endpoint(ordinal).traffic().inFlight();
    }

    private static void load(
            TestGateway gateway,
            int number,
            AtomicBoolean stop,
            Set<String> answered,
            AtomicLong failed) {
        try (var client = new TestClient(gateway.gateway)) {
            for (int i = 0; !stop.get(); i++) {
                var id = number + "-" + i;
                var request =
                        "%s / HTTP/1.1\r\nHost: a\r\nX-Id: %s\r\nContent-Length: 4\r\n\r\nbody"
                                .formatted(i % 2 == 0 ? "POST" : "GET", id);
                if (client.ask(request).status() == 200) {
                    answered.add(id);
                } else {
                    failed.incrementAndGet();
                }
            }
        } catch (IOException e) {
            failed.incrementAndGet();
        }
    }

    @Test
    void aParkedInstanceKeepsItsConnectionsAndADrainingOneLosesTheIdleOnes() throws Exception {
        try (var one = TestInstance.answering("one");
                var two = TestInstance.answering("two");
                var gateway =
                        new TestGateway(GatewaySettings.DEFAULT.withLoops(1), TestGateway.PLAIN)
                                .with(one);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("one");
            gateway.publish(
                    List.of(
                            one.endpoint(TestGateway.id(1), EndpointRole.PARKED),
                            two.endpoint(TestGateway.id(2), EndpointRole.ACTIVE)));
            assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("two");
            assertThat(upstreamOpen(gateway)).isEqualTo(2);
            gateway.publish(
                    List.of(
                            one.endpoint(TestGateway.id(1), EndpointRole.DRAINING),
                            two.endpoint(TestGateway.id(2), EndpointRole.ACTIVE)));
            await().until(() -> upstreamOpen(gateway) == 1);
            // Rescued: it serves again, on a new connection.
            gateway.publish(List.of(one.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("one");
            assertThat(one.connections).hasValue(2);
            assertThat(gateway.endpoint(1).ledger()).isEqualTo(EndpointSink.Ledger.CLEAN);
        }
    }

    private static long upstreamOpen(TestGateway gateway) {
        var connections = gateway.gateway.stats().connections();
        return connections.upstreamOpened() - connections.upstreamClosed();
    }

    @Test
    void withNobodyToAskTheAnswerSaysSo() throws IOException {
        try (var one = TestInstance.answering("one");
                var gateway = new TestGateway();
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/")).field("x-ebb-reason"))
                    .isEqualTo("no_instance");
            gateway.publish(List.of(one.endpoint(TestGateway.id(1), EndpointRole.PARKED)));
            assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(503);
            assertThat(one.requests).isEmpty();
        }
    }
}
