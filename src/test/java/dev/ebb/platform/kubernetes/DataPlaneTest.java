package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.xds.RealEnvoy;
import dev.ebb.xds.RealGateway;
import dev.ebb.xds.Traffic;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real Envoy and Ebb's own gateway as data planes of the operator, on a real control plane. */
@Timeout(300)
class DataPlaneTest extends DataPlaneRig {

    @Test
    void envoyAndTheGatewayConfirmAndCountAndExactlyTheVictimGoes() throws Exception {
        plane().deployReachable(3);
        int xds = freePort();
        int proxy = freePort();
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), 0.17));
        RealOperator operator = open(operator(xds, proxy));
        apply(Map.of());
        open(RealEnvoy.start(folder, "envoy-1", RealOperator.at(xds)));
        RealGateway gateway = open(RealGateway.start(folder, "gateway-1", xds));
        await().atMost(LONG).until(gateway::isReady);
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        await().atMost(LONG).until(() -> answers(proxy) && answers(gateway.port()));
        Traffic byEnvoy = open(new Traffic(proxy));
        Traffic byGateway = open(new Traffic(gateway.port()));
        Set<String> before = uids();

        load.cores(LITTLE);
        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(uids());
        List<String> removed = operator.lines("remove ");
        assertThat(removed).hasSize(1);
        // How long requests take is known from the gateway's reports alone.
        assertThat(operator.lines("park ").getFirst()).doesNotContain("mean latency 0.0 ms");
        assertThat(removed.getFirst())
                .contains(namesOf(gone))
                .contains("confirmed by envoy-1, gateway-1; 2 of 2 report")
                .doesNotContain("stands in");
        more(byEnvoy);
        more(byGateway);
        byEnvoy.close();
        byGateway.close();
        assertThat(byEnvoy.failures).isEmpty();
        assertThat(byGateway.failures).isEmpty();
    }

    @Test
    void whatIsParkedComesBackAndEnvoyGoesOnWithoutOperatorAndApiServer() throws Exception {
        plane().deployReachable(3);
        int xds = freePort();
        int proxy = freePort();
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), 0.17));
        RealOperator first = open(operator(xds, proxy));
        apply(Map.of("trial", Map.of("shortestSeconds", 100, "longestSeconds", 150)));
        open(RealEnvoy.start(folder, "envoy-1", RealOperator.at(xds)));
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        await().atMost(LONG).until(() -> answers(proxy));
        Traffic traffic = open(new Traffic(proxy));
        Set<String> before = uids();

        load.cores(LITTLE);
        await().atMost(LONG).until(() -> !first.lines("parked ").isEmpty());
        load.cores(0.17);
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        assertThat(first.lines("rescue ")).hasSize(1);
        assertThat(first.lines("start ")).isEmpty();

        load.cores(LITTLE);
        await().atMost(LONG).until(() -> first.lines("parked ").size() == 2);
        first.kill();
        more(traffic);
        RealOperator second = open(operator(xds, proxy));
        await().atMost(LONG).until(second::isServing);
        plane().signalApiServer("STOP");
        try {
            more(traffic);
        } finally {
            plane().signalApiServer("CONT");
        }
        assertThat(uids()).isEqualTo(before);
        apply(Map.of());
        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        assertThat(second.lines("remove ").getFirst()).contains("confirmed by envoy-1");
        more(traffic);
        traffic.close();
        assertThat(traffic.failures).isEmpty();
    }

    @Test
    void anObjectiveIsKeptByWhatTheGatewayReports() throws Exception {
        plane().deployReachable(3);
        int xds = freePort();
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        RealOperator operator = open(operator(xds, freePort()));
        apply(
                Map.of(
                        "objective",
                        Map.of("latency", Map.of("percentile", 90, "belowMilliseconds", 5000))));
        await().atMost(LONG).until(() -> condition().contains("no data plane is connected"));
        RealGateway gateway = open(RealGateway.start(folder, "gateway-1", xds));
        await().atMost(LONG).until(gateway::isReady);
        await().atMost(LONG).until(() -> answers(gateway.port()));
        Traffic traffic = open(new Traffic(gateway.port()));

        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        assertThat(condition()).contains("p90 is ", "5000 ms wanted", "60 % allowed");
        assertThat(operator.lines("remove ").getFirst()).contains("confirmed by gateway-1");
        traffic.close();
        assertThat(traffic.failures).isEmpty();
    }

    /** What the status says of the objective. */
    private String condition() {
        GenericKubernetesResource scale =
                plane().client
                        .genericKubernetesResources(ScaleSpec.RESOURCE)
                        .inNamespace(namespace())
                        .withName(ControlPlane.APP)
                        .get();
        List<?> conditions = scale.get("status", "conditions");
        return Optional.<List<?>>ofNullable(conditions).orElse(List.of()).stream()
                .map(c -> (Map<?, ?>) c)
                .filter(c -> "ObjectiveSeen".equals(c.get("type")))
                .map(c -> String.valueOf(c.get("message")))
                .findFirst()
                .orElse("");
    }
}
