package dev.ebb.xds;

import static dev.ebb.xds.TestXds.HELLO;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.Report;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Real instances of one service, and an xDS server that tells of them. */
final class TestFleet implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);
    static final int MANY = 300;

    final List<TestInstance> instances = new ArrayList<>();
    final Map<Integer, String> zones = new HashMap<>();
    final int xdsPort;
    final int proxyPort;
    XdsServer server;
    private final XdsSettings settings;
    private long generation;

    /**
     * @param tls empty for none
     */
    TestFleet(int count, Optional<XdsServerTls> tls) throws IOException {
        xdsPort = freePort();
        proxyPort = freePort();
        XdsSettings plain = TestXds.settings(xdsPort, proxyPort, HELLO);
        settings = tls.map(plain::withTls).orElse(plain);
        server = XdsServer.start(settings);
        for (int i = 0; i < count; i++) {
            instances.add(new TestInstance());
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Another life of it, that has heard of nothing yet. */
    void startAnew() throws IOException {
        server = XdsServer.start(settings);
        generation = 0;
    }

    static InstanceId id(int index) {
        return new InstanceId(HELLO, index + 1);
    }

    /** What no role is given for is left out. */
    void publish(EndpointRole... roles) {
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
                            Endpoint.NO_RAMP,
                            Optional.ofNullable(zones.get(i))));
        }
        server.publish(new EndpointSnapshot(HELLO, generation, endpoints));
    }

    Report report() {
        return server.report(HELLO, new Now(System.nanoTime(), 0));
    }

    boolean isAcknowledged() {
        return report().acknowledgedGeneration() == generation;
    }

    void awaitAcknowledged() {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(this::isAcknowledged);
    }

    /** Nothing is on its way to it any more, and that is known. */
    void awaitIdle(int index) {
        await().atMost(LIMIT).until(() -> inFlight(index) == 0);
    }

    int inFlight(int index) {
        var of = report().endpoints().get(id(index));
        return of == null ? 0 : of.traffic().inFlight();
    }

    long requests(int index) {
        return instances.get(index).requests.get();
    }

    static void awaitMore(Traffic traffic) {
        long from = traffic.answered.get();
        await().atMost(LIMIT).until(() -> traffic.answered.get() >= from + MANY);
    }

    @Override
    public void close() {
        server.close();
        instances.forEach(TestInstance::close);
    }
}
