package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.control.SelfReports;
import dev.ebb.xds.OrcaReports;
import dev.ebb.xds.OrcaServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Pods that say themselves how busy they are, over gRPC, on a real control plane. Their addresses
 * lead nowhere on this machine: each has a server on loopback in its place.
 */
@Tag("kubernetes")
@Timeout(240)
class OrcaOperatorTest extends OperatorRig {
    private static final int PORT = 50_051;

    private final SelfReports reports = new OrcaReports(new SplittableRandom(1));
    private final Map<String, OrcaServer> servers = new ConcurrentHashMap<>();
    private volatile double busy = 0.9;

    @BeforeEach
    void reach() {
        ports = new OperatorPorts(Optional.empty(), Optional.empty(), new Elsewhere());
    }

    @AfterEach
    void end() {
        servers.values().forEach(OrcaServer::close);
    }

    /** Pods' addresses, on loopback. */
    private final class Elsewhere implements SelfReports {
        private Asked there(Asked one) {
            assertThat(one.port()).isEqualTo(PORT);
            return new Asked("127.0.0.1", server(one.address()).port(), one.every());
        }

        @Override
        public void ask(String owner, Set<Asked> wanted) {
            reports.ask(owner, wanted.stream().map(this::there).collect(Collectors.toSet()));
        }

        @Override
        public void retain(Set<String> owners) {
            reports.retain(owners);
        }

        @Override
        public Heard heard(Asked one) {
            return reports.heard(there(one));
        }

        @Override
        public void close() {
            reports.close();
        }
    }

    private OrcaServer server(String address) {
        return servers.computeIfAbsent(
                address,
                _ -> {
                    try {
                        var server = new OrcaServer(0, true);
                        server.metrics.setApplicationUtilizationMetric(busy);
                        return server;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private void say(double utilization) {
        busy = utilization;
        servers.values().forEach(s -> s.metrics.setApplicationUtilizationMetric(utilization));
    }

    @Test
    void whatPodsSaySizesTheWorkloadAndSilenceHoldsIt() throws Exception {
        plane().deployServers(2);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        apply(
                "automatic",
                1,
                6,
                "Deployment",
                Map.of("metrics", Map.of("orca", Map.of("port", PORT, "everySeconds", 1))));
        // By the CPU that is measured one would do.
        await().atMost(LONG).until(() -> replicas() == 4 && settled());

        OrcaServer one = servers.values().iterator().next();
        int port = one.port();
        one.close();
        var asked = new SelfReports.Asked("127.0.0.1", port, Duration.ofSeconds(1));
        await().atMost(LONG).until(() -> reports.heard(asked).newest().isEmpty());
        say(0.05);
        await().atMost(LONG)
                .until(() ->
                        status("wanted").equals(Optional.of(1)) && holds().contains("no_report"));
        assertThat(holds()).contains("does not say how busy it is: nobody who reports");
        assertThat(reason("Ready")).as("the others report").contains("Managed");
        assertThat(lines("park ")).isEmpty();
        assertThat(replicas()).isEqualTo(4);

        try (var again = new OrcaServer(port, true)) {
            again.metrics.setApplicationUtilizationMetric(0.05);
            await().atMost(LONG).until(() -> replicas() == 1 && settled());
            assertThat(lines("remove ")).hasSizeGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void thatNobodyReportsIsToldAsACondition() throws Exception {
        plane().deployServers(2);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        ports =
                new OperatorPorts(
                        Optional.empty(),
                        Optional.empty(),
                        new OrcaReports(new SplittableRandom(1)));
        start();
        apply(
                "automatic",
                1,
                6,
                "Deployment",
                Map.of("metrics", Map.of("orca", Map.of("port", PORT, "everySeconds", 1))));
        await().atMost(LONG).until(() -> reason("Ready").equals(Optional.of("NoReport")));
        assertThat(lines("park ")).isEmpty();
    }

    private String holds() {
        return status("holds").map(Object::toString).orElse("");
    }
}
