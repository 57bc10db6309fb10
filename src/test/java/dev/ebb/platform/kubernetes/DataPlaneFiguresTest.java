package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.xds.RealGateway;
import dev.ebb.xds.Traffic;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Ebb's own gateway, apart, passes on and finds out of pods, on a real control plane. */
@Timeout(300)
class DataPlaneFiguresTest extends DataPlaneRig {
    private static final Map<String, Object> REPORTED =
            Map.of(
                    "targets",
                    Map.of(
                            "reported",
                            List.of(
                                    Map.of(
                                            "figure",
                                            "named_metrics.jobs",
                                            "each",
                                            16,
                                            "maxAgeSeconds",
                                            10))),
                    "metrics",
                    Map.of("orca", Map.of("from", "answers")));

    private void say(String report) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), report);
        Files.move(next, folder.resolve("said"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private Traffic through(RealGateway gateway) throws Exception {
        await().atMost(LONG).until(gateway::isReady);
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        await().atMost(LONG).until(() -> answers(gateway.port()));
        return open(new Traffic(gateway.port()));
    }

    @Test
    void aFigureThatPodsSayInTheirAnswersSizesThem() throws Exception {
        say("TEXT cpu_utilization=0.01,named_metrics.jobs=20");
        plane().deployReporting(3, folder);
        int xds = freePort();
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        RealOperator operator = open(operator(xds, freePort()));
        apply(REPORTED);
        Traffic traffic = through(open(RealGateway.start(folder, "gateway-1", xds)));

        // By the CPU one would do; three times 20 jobs, 16 for each, are 4 pods.
        await().atMost(LONG).until(() -> replicas() == 4 && cluster().pods().size() == 4);
        assertThat(operator.lines("start ").getFirst()).contains("named_metrics.jobs");
        say("TEXT cpu_utilization=0.01");
        await().atMost(LONG).until(() -> status("holds").contains("does not say it"));
        assertThat(operator.lines("park ")).as("missing is not 0").isEmpty();

        say("TEXT cpu_utilization=0.01,named_metrics.jobs=1");
        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        traffic.close();
        assertThat(traffic.failures).isEmpty();
    }

    @Test
    void whomTheGatewayEjectsIsInTroubleAndBackOnceItIsWell() throws Exception {
        say("TEXT cpu_utilization=0.01");
        plane().deployReporting(3, folder);
        int xds = freePort();
        open(new PodLoad(plane().client, namespace(), cluster(), 0.17));
        RealOperator operator = open(operator(xds, freePort()));
        apply(Map.of());
        Traffic traffic = through(open(RealGateway.start(folder, "gateway-1", xds)));

        PodView pod = cluster().pods().getFirst();
        Path fails = Files.createFile(folder.resolve(pod.more().address().orElseThrow()));
        await().atMost(LONG).until(() -> status("ejected").contains(pod.name()));
        assertThat(status("ejected")).contains("ejected by 1 of 1 gateways", "gateway-1");
        assertThat(operator.lines("eject " + pod.name())).isNotEmpty();
        // It is well to Kubernetes; what it bore is made up for all the same.
        assertThat(cluster().pickable()).contains(pod.uid());
        await().atMost(LONG).until(() -> replicas() == 4);
        assertThat(operator.lines("start ").getFirst()).contains("stands in for " + pod.name());

        Files.delete(fails);
        await().atMost(LONG).until(() -> !operator.lines("readmit " + pod.name()).isEmpty());
        await().atMost(LONG).until(() -> status("ejected").isEmpty());
        traffic.close();
    }

    /** A part of the status as text; empty when there is none. */
    private String status(String field) {
        GenericKubernetesResource scale =
                plane().client
                        .genericKubernetesResources(ScaleSpec.RESOURCE)
                        .inNamespace(namespace())
                        .withName(ControlPlane.APP)
                        .get();
        List<?> part = scale.get("status", field);
        return Optional.<List<?>>ofNullable(part).map(Object::toString).orElse("");
    }
}
