package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.Report;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Parking in the data planes alone: what is the record of it, and what must be so for it. */
class PlaneSightTest {
    private static final ServiceName SHOP = new ServiceName("shop");
    private static final Now NOW = new Now(1_000, 1_000);

    private static Pod pod(String uid, boolean parked) {
        Pod pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withName("pod-" + uid)
                        .withUid(uid)
                        .withCreationTimestamp("2026-11-01T00:00:0" + uid + "Z")
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Running")
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
        pod.getMetadata()
                .setAnnotations(parked ? Map.of(PodView.PARKED, "2026-11-01T00:01:00Z") : Map.of());
        return pod;
    }

    private static PlaneSight sight(Pod... pods) {
        var raw = new TestSight();
        raw.pods = Stream.of(pods).map(PodView::of).toList();
        raw.pickable = raw.pods.stream().map(PodView::uid).toList();
        return new PlaneSight(raw);
    }

    @Test
    void theAnnotationIsTheRecordOfWhoIsParked() {
        PlaneSight sight = sight(pod("1", false), pod("2", true));
        assertThat(sight.pods())
                .extracting(PodView::inRotation)
                .containsExactly(Optional.of(true), Optional.of(false));
        assertThat(sight.pods()).extracting(PodView::ready).containsExactly(true, false);
        var journal =
                new PodJournal(
                        new Fleet(SHOP), sight, Optional::empty, _ -> {}, () -> NOW, List.of());
        assertThat(journal.recover().toString())
                .contains("lifecycle=" + Lifecycle.SERVING, "lifecycle=" + Lifecycle.PARKED);
    }

    @Test
    void whoIsNotMarkedIsNotRemovedWhateverServicesOffer() {
        PlaneSight sight = sight(pod("1", false), pod("2", true));
        assertThat(sight.pickable()).isEmpty();
        assertThat(sight.offeredAnyway()).containsExactly("1", "2");
        assertThat(sight.raw().pods()).extracting(sight::isIn).containsExactly(true, false);
    }

    @Test
    void itCountsAsParkedOnceItIsMarkedAndTheRecordSaysWhatStoodIn() {
        PlaneSight before = sight(pod("1", false));
        var fleet = new Fleet(SHOP);
        fleet.see(before.pods(), 1, NOW);
        publish(fleet, 1, EndpointRole.ACTIVE);
        publish(fleet, 2, EndpointRole.PARKED);
        assertThat(report(fleet, before).acknowledgedGeneration()).isZero();
        assertThat(report(fleet, before).standIns()).isEmpty();
        Report after = report(fleet, sight(pod("1", true)));
        assertThat(after.acknowledgedGeneration()).isEqualTo(2);
        assertThat(after.standIns()).extracting(Reason::code).containsExactly("stood_in_carries");
    }

    private static void publish(Fleet fleet, long generation, EndpointRole role) {
        var endpoint = new Endpoint(new InstanceId(SHOP, 1), "pod", 1, role, 1, Endpoint.NO_RAMP);
        fleet.publish(new EndpointSnapshot(SHOP, generation, List.of(endpoint)));
    }

    private static Report report(Fleet fleet, Sight sight) {
        return new GateSink(
                        fleet,
                        sight,
                        new Made<>(PodView::byUid),
                        Optional.empty(),
                        Optional::empty,
                        () -> {})
                .report(SHOP, NOW);
    }

    private static ScaleSpec spec(Map<String, Object> more) {
        Map<String, Object> spec = new HashMap<>(more);
        spec.put("targetRef", Map.of("kind", "Deployment", "name", "shop"));
        spec.put("maxReplicas", 4);
        var scale = new GenericKubernetesResource();
        scale.setMetadata(new ObjectMetaBuilder().withName("shop").withUid("u").build());
        scale.setAdditionalProperties(Map.of("spec", spec));
        return ScaleSpec.of(scale);
    }

    @Test
    void withoutADataPlaneThatCarriesAllNobodyIsParkedInOne() {
        Map<String, Object> all = Map.of("xds", Map.of());
        Map<String, Object> some = Map.of("carries", "some", "xds", Map.of());
        List<Optional<String>> codes = new ArrayList<>();
        for (Map<String, Object> one :
                List.<Map<String, Object>>of(
                        Map.of("park", "dataPlane"),
                        Map.of("park", "dataPlane", "dataPlane", some),
                        Map.of("park", "dataPlane", "dataPlane", all),
                        Map.of("dataPlane", some),
                        Map.of())) {
            codes.add(Holds.unparkable(spec(one)).map(h -> h.why().code()));
        }
        Optional<String> refused = Optional.of("park_data_plane");
        Optional<String> taken = Optional.empty();
        assertThat(codes).containsExactly(refused, refused, taken, taken, taken);
    }

    @Test
    void whereItIsServedNowhereNothingIsRemoved() {
        ScaleSpec with = spec(Map.of("dataPlane", Map.of("xds", Map.of())));
        assertThat(Holds.unserved(with, false).orElseThrow().why().code()).isEqualTo("not_served");
        assertThat(Holds.unserved(with, true)).isEmpty();
        assertThat(Holds.unserved(spec(Map.of()), false)).isEmpty();
    }

    @Test
    void marksOfNobodysPodsAreTakenAwayOthersStay() {
        Pod gone = pod("3", true);
        gone.getMetadata().setDeletionTimestamp("2026-11-01T00:02:00Z");
        Stream<Pod> all = Stream.of(pod("1", false), pod("2", true), gone, pod("4", true));
        assertThat(Strays.of(all, PodView::of, Set.of("4"), _ -> false))
                .extracting(p -> p.getMetadata().getUid())
                .containsExactly("2");
        assertThat(Strays.of(Stream.of(pod("2", true)), PodView::of, Set.of(), _ -> true))
                .isEmpty();
    }
}
