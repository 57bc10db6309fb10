package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A StatefulSet under the operator, on a real control plane; skipped where none was started. */
@Tag("kubernetes")
@Timeout(240)
class StatefulSetTest {
    private static final Duration LONG = ScaleBench.LONG;

    private ScaleBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new ScaleBench(Target.Kind.STATEFUL_SET);
    }

    @AfterEach
    void close() {
        if (bench == null) {
            // Skipped, since there is no control plane.
            return;
        }
        bench.plane
                .client
                .apps()
                .statefulSets()
                .inNamespace(bench.plane.namespace)
                .withName(ControlPlane.APP)
                .delete();
        bench.close();
    }

    private void deploy(int replicas, String policy) {
        Map<String, String> labels = Map.of("app", ControlPlane.APP);
        bench.plane
                .client
                .apps()
                .statefulSets()
                .inNamespace(bench.plane.namespace)
                .resource(
                        new StatefulSetBuilder()
                                .withNewMetadata()
                                .withName(ControlPlane.APP)
                                .endMetadata()
                                .withNewSpec()
                                .withReplicas(replicas)
                                .withServiceName(ControlPlane.APP)
                                .withPodManagementPolicy(policy)
                                .withNewSelector()
                                .withMatchLabels(labels)
                                .endSelector()
                                .withTemplate(ControlPlane.idle())
                                .endSpec()
                                .build())
                .create();
        bench.plane.service(labels);
    }

    /** Its kind is watched only once it is named: until then nobody's pods are seen. */
    @Test
    void whoIsParkedStaysSoUnderTheNextOperator() throws Exception {
        deploy(3, "Parallel");
        bench.load(0.03);
        Operator first = bench.settle(3, Map.of());
        bench.scale(100, 120);
        await().atMost(LONG).until(() -> !bench.parked().isEmpty());
        first.close();
        bench.scale(1, 6);
        Operator next = bench.operator();
        await().atMost(LONG).until(() -> bench.replicas() == 2);
        assertThat(bench.lines("park ")).as("by the first one only").hasSize(1);
        assertThat(bench.lines("rescue ")).isEmpty();
        next.close();
    }

    /** The pod that can go is the busiest of all; two others have next to nothing to do. */
    @ParameterizedTest
    @ValueSource(strings = {"OrderedReady", "Parallel"})
    void theHighestNumberGoesWhateverItsLoadAndComesBack(String policy) throws Exception {
        deploy(3, policy);
        PodLoad load = bench.load(0.16);
        bench.settle(3, Map.of());
        load.busiest("shop-2", 0.055);
        load.cores(0.03);
        bench.scale(1, 6);
        await().atMost(LONG).until(() -> bench.isSettledAt(2));
        load.busiest("", 0);
        await().atMost(LONG).until(() -> bench.isSettledAt(1));

        assertThat(bench.names("remove ")).containsExactly("shop-2", "shop-1");
        assertThat(bench.names("park ")).containsOnly("shop-2", "shop-1");
        assertThat(bench.lines("remove "))
                .allMatch(l -> l.contains("only the pod with the highest number can go"));
        assertThat(bench.condition("Ready").flatMap(c -> c.text("message")).orElse(""))
                .contains("StatefulSet shop")
                .contains("highest number");

        load.cores(0.11);
        await().atMost(LONG).until(bench::isSettledAgain);
        assertThat(bench.lines("fail ")).isEmpty();
    }

    @Test
    void loadThatReturnsBringsTheHighestBackAndStartsNone() throws Exception {
        deploy(3, "OrderedReady");
        PodLoad load = bench.load(0.03);
        bench.settle(3, Map.of());
        bench.scale(60, 90);
        await().atMost(LONG).until(() -> bench.parked().size() == 1);
        Set<String> before = uids();
        int started = bench.lines("start").size();
        assertThat(bench.parked().getFirst().name()).isEqualTo("shop-2");
        // One pod could do, but one at a time is tried.
        await().atMost(LONG).until(() -> bench.status().number("parked").orElse(0L) == 1);

        load.cores(0.17);
        await().atMost(LONG).until(() -> bench.isSettledAt(3));
        assertThat(bench.names("rescue ")).containsOnly("shop-2");
        assertThat(bench.names("park ")).containsOnly("shop-2");
        assertThat(uids()).isEqualTo(before);
        assertThat(bench.lines("start")).hasSize(started);
    }

    private Set<String> uids() {
        return bench.pods().stream().map(PodView::uid).collect(Collectors.toSet());
    }

    /** Others scale it out in the middle of a trial: the parked pod could not go first any more. */
    @Test
    void aPodThatIsNoLongerTheHighestComesBack() throws Exception {
        deploy(2, "Parallel");
        bench.load(0.03);
        bench.settle(2, Map.of());
        bench.scale(5, 8);
        await().atMost(LONG).until(() -> bench.parked().size() == 1);
        assertThat(bench.parked().getFirst().name()).isEqualTo("shop-1");
        bench.plane
                .client
                .apps()
                .statefulSets()
                .inNamespace(bench.plane.namespace)
                .withName(ControlPlane.APP)
                .scale(4);
        await().atMost(LONG).until(() -> !bench.names("rescue ").isEmpty());
        assertThat(bench.lines("rescue "))
                .anyMatch(l -> l.contains("shop-1") && l.contains("another pod has a higher"));
        await().atMost(LONG).until(() -> bench.isSettledAt(1));
        assertThat(bench.names("remove ")).containsExactly("shop-3", "shop-2", "shop-1");
        assertThat(bench.pods().getFirst().name()).isEqualTo("shop-0");
        assertThat(bench.lines("fail ")).isEmpty();
    }
}
