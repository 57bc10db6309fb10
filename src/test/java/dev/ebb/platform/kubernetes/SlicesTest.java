package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Parking by EndpointSlices of Ebb's own, on a real control plane. */
@Tag("kubernetes")
@Timeout(240)
class SlicesTest {
    private static final Duration LONG = ScaleBench.LONG;
    private static final Map<String, Object> SLICES =
            Map.of("park", "slices", "service", ControlPlane.APP);

    private ScaleBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new ScaleBench(Target.Kind.DEPLOYMENT);
    }

    @AfterEach
    void close() {
        if (bench == null) {
            // Skipped, since there is no control plane.
            return;
        }
        bench.close();
    }

    private List<EndpointSlice> slices() {
        return bench.plane
                .client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(bench.plane.namespace)
                .withLabel(SlicePlan.MANAGED_BY, SlicePlan.EBB)
                .list()
                .getItems();
    }

    private int offered() {
        return slices().stream().mapToInt(s -> Slices.pickable(s).size()).sum();
    }

    private Set<String> uids() {
        return bench.pods().stream().map(PodView::uid).collect(Collectors.toSet());
    }

    /** Endpoints that serve and are not ready. */
    private List<String> parked() {
        return slices().stream()
                .flatMap(s -> SlicePlan.endpoints(s).stream())
                .filter(e -> e.getConditions().getServing())
                .filter(e -> !e.getConditions().getReady() && !e.getConditions().getTerminating())
                .map(e -> e.getTargetRef().getName())
                .toList();
    }

    @Test
    void exactlyTheChosenPodsGoUnderLoadAndComeBack() throws Exception {
        bench.plane.deployUngated(4);
        PodLoad load = bench.load(0.2);
        bench.settle(4, SLICES);
        bench.scale(1, 6, SLICES);
        await().atMost(LONG).until(() -> offered() == 4);
        SliceClient client =
                bench.open(
                        new SliceClient(
                                bench.plane.client, bench.plane.namespace, bench.plane.kubelet));
        for (int cycle = 0; cycle < 2; cycle++) {
            Set<String> before = bench.pods().stream().map(PodView::name).collect(set());
            load.cores(0.03);
            await().atMost(LONG).until(() -> bench.replicas() <= 2 && isQuiet());
            Set<String> gone = new HashSet<>(before);
            gone.removeAll(bench.pods().stream().map(PodView::name).collect(set()));
            assertThat(gone).isNotEmpty();
            assertThat(bench.names("remove ")).as("removed as chosen").containsAll(gone);
            load.cores(0.2);
            await().atMost(LONG).until(() -> offered() >= 4 && isQuiet());
        }
        assertThat(client.answered()).isGreaterThan(500);
        client.close();
        assertThat(client.failures()).isEmpty();
        assertThat(bench.lines("fail ")).isEmpty();
    }

    private static Collector<String, ?, Set<String>> set() {
        return Collectors.toSet();
    }

    /** Nobody is on the way in or out. */
    private boolean isQuiet() {
        return bench.cluster().pods().size() == bench.replicas()
                && offered() == bench.replicas()
                && parked().isEmpty();
    }

    @Test
    void loadThatReturnsInATrialBringsThePodBackAndStartsNone() throws Exception {
        bench.plane.deployUngated(3);
        PodLoad load = bench.load(0.03);
        bench.settle(3, SLICES);
        bench.scale(60, 90, SLICES);
        await().atMost(LONG).until(() -> parked().size() == 1);
        Set<String> before = uids();
        int started = bench.lines("start").size();
        String pod = parked().getFirst();
        assertThat(bench.pods()).as("in the eyes of the kubelet").allMatch(PodView::ready);

        load.cores(0.17);
        await().atMost(LONG).until(() -> offered() == 3);
        assertThat(bench.names("rescue ")).contains(pod);
        assertThat(uids()).isEqualTo(before);
        assertThat(bench.lines("start")).hasSize(started);
    }

    /** Somebody else may have its address next. */
    @Test
    void theLastPodsAddressGoesWithIt() throws Exception {
        bench.plane.deployUngated(2);
        bench.load(0.03);
        Operator first = bench.settle(2, SLICES);
        bench.scale(100, 120, SLICES);
        await().atMost(LONG).until(() -> offered() >= 1);
        scaleTo(0);
        await().atMost(LONG).until(() -> bench.pods().isEmpty());
        await().atMost(LONG).until(() -> endpoints() == 0);

        scaleTo(2);
        await().atMost(LONG).until(() -> offered() == 2);
        // While nobody leads the addresses stay, and the next one takes them out.
        first.close();
        scaleTo(0);
        await().atMost(LONG).until(() -> bench.pods().isEmpty());
        assertThat(endpoints()).isEqualTo(2);
        bench.operator();
        await().atMost(LONG).until(() -> endpoints() == 0);
    }

    private int endpoints() {
        return slices().stream().mapToInt(s -> SlicePlan.endpoints(s).size()).sum();
    }

    private void scaleTo(int replicas) {
        Edits.edit(
                bench.plane
                        .client
                        .apps()
                        .deployments()
                        .inNamespace(bench.plane.namespace)
                        .withName(ControlPlane.APP),
                d -> d.edit().editSpec().withReplicas(replicas).endSpec().build());
    }

    @Test
    void whoComesNextGoesOnAndWritesNothingThatIsSoAlready() throws Exception {
        bench.plane.deployUngated(2);
        bench.load(0.03);
        Operator first = bench.settle(2, SLICES);
        bench.scale(100, 120, SLICES);
        await().atMost(LONG).until(() -> parked().size() == 1);
        List<String> parked = parked();
        first.close();
        List<EndpointSlice> before = slices();

        bench.operator();
        await().atMost(LONG).until(() -> bench.lines("is looked after").size() == 2);
        await().atMost(LONG).until(() -> bench.status().number("parked").orElse(0L) == 1);
        assertThat(parked()).isEqualTo(parked);
        assertThat(slices()).as("the same resource versions").isEqualTo(before);
    }

    @Test
    void aServiceThatGetsASelectorIsLeftToKubernetes() throws Exception {
        bench.plane.deployUngated(2);
        bench.settle(2, SLICES);
        await().atMost(LONG).until(() -> offered() == 2);
        Edits.edit(
                bench.plane
                        .client
                        .services()
                        .inNamespace(bench.plane.namespace)
                        .withName(ControlPlane.APP),
                s -> {
                    s.getSpec().setSelector(Map.of("app", ControlPlane.APP));
                    return s;
                });
        await().atMost(LONG).until(() -> slices().isEmpty());
        await().atMost(LONG).until(() -> bench.reason("Ready").equals("ServiceSelects"));
        assertThat(bench.cluster().pickable()).containsExactlyInAnyOrderElementsOf(uids());
    }

    @Test
    void whenTheScaleGoesWhoWasParkedComesBackAndTheServiceKeepsItsEndpoints() throws Exception {
        bench.plane.deployUngated(2);
        bench.load(0.03);
        bench.settle(2, SLICES);
        bench.scale(100, 120, SLICES);
        await().atMost(LONG).until(() -> parked().size() == 1);
        bench.plane
                .client
                .genericKubernetesResources(ScaleSpec.RESOURCE)
                .inNamespace(bench.plane.namespace)
                .withName(ControlPlane.APP)
                .delete();
        await().atMost(LONG).until(() -> offered() == 2);
        assertThat(bench.replicas()).isEqualTo(2);

        // Nobody's slices, too, do not offer an address that may be somebody else's next.
        scaleTo(0);
        await().atMost(LONG).until(() -> bench.pods().isEmpty());
        await().atMost(LONG).until(() -> endpoints() == 0);
        assertThat(slices()).as("the Service may have no others").isNotEmpty();
    }
}
