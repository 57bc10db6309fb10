package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.DataPlanes.Witness;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What data planes are told of pods, and what is made of what they say. */
class PlaneSinkTest {
    private static final ServiceName SHOP = new ServiceName("shop");
    private static final Now NOW = new Now(1_000, 1_000);

    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private final Fleet fleet = new Fleet(SHOP);
    private final FakePlanes planes = new FakePlanes();
    private final TestSight sight = new TestSight();
    private Optional<Hold> refused = Optional.empty();
    private List<String> before = List.of();
    private final PlaneSink sink = sink("8080", 100);

    private PlaneSink sink(String port, long base) {
        var spec = new PlaneSpec("shop", Optional.of(port), false, List.of(), true, 1);
        var gates =
                new GateSink(
                        fleet,
                        sight,
                        new Made<>(PodView::byUid),
                        Optional.empty(),
                        Optional::empty,
                        () -> {});
        return new PlaneSink(
                gates,
                planes,
                spec,
                fleet,
                bound -> Optional.ofNullable(pods.get(bound.uid())),
                () -> refused,
                base,
                new PlanesBefore(before, NOW.monotonicNanos()));
    }

    private void pod(String uid, String address) {
        Pod pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withName("pod-" + uid)
                        .withUid(uid)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .addNewPort()
                        .withContainerPort(8080)
                        .withName("http")
                        .endPort()
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Running")
                        .withPodIP(address.isEmpty() ? null : address)
                        .addNewCondition()
                        .withType("ContainersReady")
                        .withStatus("True")
                        .endCondition()
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build();
        pods.put(uid, pod);
        sight.pods = pods.values().stream().map(PodView::of).toList();
        fleet.see(sight.pods, 1 + fleet.bound().size(), NOW);
    }

    private void publish(PlaneSink to, long generation, EndpointRole... roles) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < roles.length; i++) {
            endpoints.add(new Endpoint(id(i + 1), "pod", 1, roles[i], 1, Endpoint.NO_RAMP));
        }
        to.publish(new EndpointSnapshot(SHOP, generation, endpoints));
    }

    private static InstanceId id(int ordinal) {
        return new InstanceId(SHOP, ordinal);
    }

    private static Optional<Hold> taken() {
        return Optional.of(new Hold(Reason.of("cluster_taken", "an older one has it"), "its end"));
    }

    private String code() {
        return sink.uncounted().map(h -> h.why().code()).orElse("");
    }

    @Test
    void whoIsRefusedTellsAllAnewAfterwardsAndHearsNothingUntilThen() {
        pod("a", "10.99.0.1");
        publish(sink, 3, EndpointRole.ACTIVE);
        assertThat(planes.published).hasSize(1);
        planes.acknowledged = 103;
        assertThat(sink.report(SHOP, NOW).acknowledgedGeneration()).isEqualTo(3);

        refused = taken();
        assertThat(sink.report(SHOP, NOW).acknowledgedGeneration()).isZero();
        publish(sink, 4, EndpointRole.ACTIVE);
        assertThat(planes.published).hasSize(1);
        assertThat(code()).isEqualTo("cluster_taken");

        // As far as the one that had the cluster meanwhile, whose generations are others.
        planes.acknowledged = 1_000;
        refused = Optional.empty();
        assertThat(sink.report(SHOP, NOW).acknowledgedGeneration()).isZero();
        sink.refresh();
        assertThat(planes.published).hasSize(2);
        planes.acknowledged = 104;
        assertThat(sink.report(SHOP, NOW).acknowledgedGeneration()).isEqualTo(4);
    }

    @Test
    void nothingIsRemovedWhileAPodHasNoAddressForThem() {
        pod("a", "10.99.0.1");
        pod("b", "");
        publish(sink, 1, EndpointRole.ACTIVE, EndpointRole.ACTIVE);
        assertThat(code()).isEqualTo("no_address");
        assertThat(planes.last().endpoints()).hasSize(1);
        pod("b", "10.99.0.2");
        sink.refresh();
        assertThat(code()).isEmpty();
        assertThat(planes.last().endpoints()).hasSize(2);
    }

    @Test
    void aPortThatNoPodHasTakesNobodyFromThem() {
        pod("a", "10.99.0.1");
        PlaneSink other = sink("metrics", 200);
        publish(other, 1, EndpointRole.ACTIVE);
        assertThat(planes.published).isEmpty();
        assertThat(other.uncounted().orElseThrow().why().code()).isEqualTo("no_address");
    }

    @Test
    void whomDataPlanesHaveEjectedIsInTroubleThoughKubernetesTakesItForWell() {
        pod("a", "10.99.0.1");
        publish(sink, 1, EndpointRole.ACTIVE);
        assertThat(health()).isEqualTo(Health.HEALTHY);
        planes.ejection = "ejected by gateway-1";
        assertThat(health()).isEqualTo(Health.EJECTED);
        Map<String, Object> status = new HashMap<>();
        sink.tell(status);
        assertThat(status)
                .containsEntry(
                        "ejected",
                        List.of(Map.of("pod", "pod-a", "message", "ejected by gateway-1")));
        planes.ejection = "";
        assertThat(health()).isEqualTo(Health.HEALTHY);
        status.clear();
        sink.tell(status);
        assertThat(status).containsOnlyKeys("dataPlanes");
    }

    private Health health() {
        return Objects.requireNonNull(sink.report(SHOP, NOW).endpoints().get(id(1))).health();
    }

    @Test
    void fewerThanTheLeastProveNothing() {
        pod("a", "10.99.0.1");
        publish(sink, 1, EndpointRole.ACTIVE);
        assertThat(code()).isEmpty();
        planes.witnesses = List.of();
        assertThat(code()).isEqualTo("no_data_plane");
    }

    @Test
    void whomAnEarlierLeaderServedAndWhoDoesNotComeIsNamed() {
        pod("a", "10.99.0.1");
        before = List.of("envoy-1", "envoy-2");
        PlaneSink next = sink("http", 200);
        publish(next, 1, EndpointRole.ACTIVE);
        assertThat(next.known()).containsExactly("envoy-1", "envoy-2");
        Now later = new Now(40_000_001_000L, 41_000);
        assertThat(next.report(SHOP, later).standIns())
                .extracting(Reason::text)
                .anyMatch(r -> r.startsWith("the data plane envoy-2, which an earlier leader"))
                .noneMatch(r -> r.startsWith("the data plane envoy-1"));
        planes.witnesses =
                List.of(
                        new Witness("envoy-1", 1, true, false),
                        new Witness("envoy-2", 1, true, false));
        assertThat(next.report(SHOP, later).standIns())
                .extracting(Reason::code)
                .containsExactly("confirmed_by");
        planes.witnesses = List.of();
        next.report(SHOP, later);
        assertThat(next.known()).as("who was lost is the server's to wait for").isEmpty();
    }

    @Test
    void whoIsDeletedIsDrainingAtOnceAndAsTheSameNumberInEachLife() {
        pod("a", "10.99.0.1");
        publish(sink, 1, EndpointRole.ACTIVE);
        Endpoint before = planes.last().endpoints().getFirst();
        Objects.requireNonNull(pods.get("a"))
                .getMetadata()
                .setDeletionTimestamp("2026-11-01T00:00:00Z");
        sink.refresh();
        Endpoint after = planes.last().endpoints().getFirst();
        assertThat(after.role()).isEqualTo(EndpointRole.DRAINING);
        assertThat(after.id()).isEqualTo(before.id());
        sink.refresh();
        assertThat(planes.published).as("only what is new").hasSize(2);

        PlaneSink next = sink("http", 500);
        publish(next, 1, EndpointRole.ACTIVE);
        assertThat(planes.last().endpoints()).isEqualTo(List.of(after));
        assertThat(planes.last().generation()).isEqualTo(501);
    }
}
