package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** EndpointSlices that nobody's are any more, and those that two would have. */
class StraySlicesTest {
    private final Map<String, PodView> pods = new HashMap<>();

    private void pod(String uid, boolean ready, boolean leaving) {
        pods.put(
                uid,
                new PodView(
                        "pod-" + uid,
                        uid,
                        PodView.Phase.RUNNING,
                        true,
                        ready,
                        Optional.empty(),
                        leaving,
                        0,
                        Optional.empty()));
    }

    private Optional<PodView> find(Endpoint endpoint) {
        return Optional.ofNullable(pods.get(SlicePlan.uid(endpoint)));
    }

    private static Endpoint endpoint(String uid, boolean ready) {
        return new EndpointBuilder()
                .withNewConditions()
                .withReady(ready)
                .withServing(true)
                .withTerminating(false)
                .endConditions()
                .withNewTargetRef()
                .withName("pod-" + uid)
                .withUid(uid)
                .endTargetRef()
                .build();
    }

    private static EndpointSlice slice(Endpoint... endpoints) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName("shop-ebb-1")
                .endMetadata()
                .withEndpoints(endpoints)
                .build();
    }

    private SlicePlan plan(List<EndpointSlice> others, Endpoint... own) {
        return StraySlices.of(List.of(slice(own)), others, this::find);
    }

    @Test
    void whoWasParkedComesBackAndWhoIsGoneOrUnwellIsNotOffered() {
        pod("a", true, false);
        pod("b", true, false);
        pod("c", false, false);
        pod("d", true, true);
        SlicePlan plan =
                plan(
                        List.of(),
                        endpoint("a", true),
                        endpoint("b", false),
                        endpoint("c", true),
                        endpoint("d", true),
                        endpoint("gone", true));
        assertThat(plan.delete()).isEmpty();
        EndpointSlice after = plan.update().getFirst();
        assertThat(Slices.pickable(after)).containsExactly("a", "b");
        assertThat(after.getEndpoints()).hasSize(4);
        var again = StraySlices.of(List.of(after), List.of(), this::find);
        assertThat(again.isEmpty()).as("only what has changed is written").isTrue();
    }

    @Test
    void theyNeverGoEmpty() {
        assertThat(plan(List.of(), endpoint("gone", true)).isEmpty()).isTrue();
    }

    /** One foreign endpoint is not enough: the others would be offered by nobody. */
    @Test
    void theyGoOnceOthersOfferAllWhoAreWell() {
        pod("a", true, false);
        pod("b", true, false);
        Endpoint[] own = {endpoint("a", true), endpoint("b", false)};
        assertThat(plan(List.of(slice(endpoint("a", true))), own).delete()).isEmpty();
        assertThat(plan(List.of(slice()), own).delete()).isEmpty();
        var all = List.of(slice(endpoint("a", true)), slice(endpoint("b", true)));
        assertThat(plan(all, own).delete()).hasSize(1);
    }

    private static ScaleSpec spec(String name, String workload, String service) {
        Map<String, Object> spec = new HashMap<>();
        spec.put("targetRef", Map.of("kind", "Deployment", "name", workload));
        spec.put("park", "slices");
        spec.put("service", service);
        var scale = new GenericKubernetesResource();
        scale.setMetadata(
                new ObjectMetaBuilder().withNamespace("ns").withName(name).withUid(name).build());
        scale.setAdditionalProperties(Map.of("spec", spec));
        return ScaleSpec.of(scale);
    }

    @Test
    void ofTwoWithOneServiceTheOlderHasIt() {
        List<ScaleSpec> specs = new ArrayList<>();
        specs.add(spec("first", "shop", "shop"));
        specs.add(spec("same", "shop", "other"));
        specs.add(spec("second", "till", "shop"));
        specs.add(spec("third", "desk", "other"));
        SliceOwners owners = SliceOwners.of(specs);
        assertThat(owners.refused()).containsOnlyKeys("second");
        assertThat(owners.hold(specs.get(2)).orElseThrow().why().text())
                .isEqualTo("the ServiceScale first writes the EndpointSlices of the Service shop");
    }
}
