package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is sent for a scale, and when the fence is asked; without a control plane. */
class ClusterTest {
    private static final WorkloadView READ =
            new WorkloadView(
                    "the workload shop",
                    "uid-7",
                    3,
                    5,
                    true,
                    false,
                    true,
                    Optional.empty(),
                    "4711",
                    WorkloadView.First.CHEAPEST);

    static Stream<Target.Kind> kinds() {
        return Stream.of(Target.Kind.DEPLOYMENT, Target.Kind.REPLICA_SET, Target.Kind.STATEFUL_SET);
    }

    /** Were something read in between, a leader could be deposed meanwhile, and write. */
    @ParameterizedTest
    @MethodSource("kinds")
    void aScaleIsOneRequestForOneQuestionToTheFence(Target.Kind kind) throws Exception {
        var asked = new AtomicInteger();
        Fence fence =
                () -> {
                    asked.incrementAndGet();
                    return Optional.empty();
                };
        try (var api = new LoopbackApi("{\"kind\":\"Scale\",\"apiVersion\":\"autoscaling/v1\"}")) {
            var cluster = new Cluster(api.client, new Target("ns", kind, "shop"), fence);
            assertThat(cluster.scale(READ, 4)).isEqualTo(new Written.Done());
            assertThat(asked).hasValue(1);
            assertThat(api.asked()).hasSize(1);
            assertThat(api.asked().getFirst())
                    .startsWith("PUT /apis/")
                    .contains("/namespaces/ns/", "/shop/scale ")
                    .contains("\"resourceVersion\":\"4711\"", "\"uid\":\"uid-7\"")
                    .contains("\"replicas\":4");
        }
    }

    /**
     * Who is parked is written only if the pod is what was read; bringing it back needs nothing.
     */
    @Test
    void aMarkIsForThePodThatWasReadAndGoesWhoeverWroteIt() throws Exception {
        try (var api = new LoopbackApi("{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}")) {
            var target = new Target("ns", Target.Kind.DEPLOYMENT, "shop");
            var cluster = new Cluster(api.client, target, Fence.OPEN);
            Pod pod =
                    new PodBuilder()
                            .withNewMetadata()
                            .withName("shop-1")
                            .withUid("uid-1")
                            .withResourceVersion("12")
                            .endMetadata()
                            .withNewSpec()
                            .endSpec()
                            .withNewStatus()
                            .endStatus()
                            .build();
            cluster.mark(PodView.of(pod), Optional.of("2026-11-01T00:00:00Z"));
            cluster.mark(PodView.of(pod), Optional.empty());
            assertThat(api.asked()).hasSize(2);
            assertThat(api.asked().getFirst())
                    .startsWith("PATCH /api/v1/namespaces/ns/pods/shop-1?fieldManager=ebb")
                    .contains("\"annotations\":{\"ebb.dev/parked\":\"2026-11-01T00:00:00Z\"}")
                    .contains("\"resourceVersion\":\"12\"", "\"uid\":\"uid-1\"");
            assertThat(api.asked().getLast())
                    .contains("\"annotations\":{\"ebb.dev/parked\":null}", "\"uid\":\"uid-1\"")
                    .doesNotContain("resourceVersion");
        }
    }

    @Test
    void behindAClosedFenceNothingIsSent() throws Exception {
        try (var api = new LoopbackApi("{}")) {
            var target = new Target("ns", Target.Kind.DEPLOYMENT, "shop");
            var cluster = new Cluster(api.client, target, () -> Optional.of("it does not lead"));
            assertThat(cluster.scale(READ, 4)).isEqualTo(new Written.Failed("it does not lead"));
            assertThat(api.asked()).isEmpty();
        }
    }
}
