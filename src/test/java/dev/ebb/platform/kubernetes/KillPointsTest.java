package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ebb ends between any two writes of a removal, and another one goes on: on a real control plane.
 */
@Tag("kubernetes")
@Timeout(120)
class KillPointsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private Optional<ControlPlane> plane = Optional.empty();

    @BeforeEach
    void open() {
        plane = Optional.of(ControlPlane.open());
    }

    @AfterEach
    void close() {
        plane.ifPresent(ControlPlane::close);
    }

    /**
     * The writes are: closing two gates, putting the intent on two victims, scaling.
     *
     * @param writes so many are made before the end
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void whoComesNextGoesOn(int writes) {
        ControlPlane kube = plane.orElseThrow();
        kube.deploy(4);
        await().atMost(LONG).until(() -> kube.cluster().pods().size() == 4);
        kube.cluster().pods().forEach(p -> kube.cluster().gate(p, true, Instant.EPOCH.toString()));
        await().atMost(LONG).until(() -> kube.cluster().pickable().size() == 4);
        Set<String> before = uids(kube.cluster().pods());
        List<PodView> victims = kube.cluster().pods().subList(0, 2);

        var left = new AtomicInteger(writes);
        Fence dies =
                () ->
                        left.getAndDecrement() > 0
                                ? Optional.empty()
                                : Optional.of("this Ebb has ended");
        run(kube, dies, victims);

        Set<String> chosen = uids(victims);
        var next = new Cluster(kube.client, target(kube), Fence.OPEN);
        var removal = new Removal(next, next);
        Set<String> seen = new HashSet<>();
        // It wants nothing but what it finds: who has an intent goes, who is only parked is
        // rescued.
        await().atMost(LONG)
                .until(() -> {
                    List<PodView> pods = next.pods();
                    seen.addAll(uids(pods));
                    Removal.Step step = removal.step(Set.of());
                    pods.stream()
                            .filter(p -> p.counts() && p.removal().isEmpty())
                            .filter(p -> p.inRotation().equals(Optional.of(false)))
                            .forEach(p -> next.gate(p, true, Instant.EPOCH.toString()));
                    return step instanceof Removal.Step.Idle
                            && pods.stream().allMatch(p -> p.counts() && p.ready());
                });
        assertThat(before).as("no pod was started").containsAll(seen);
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(uids(next.pods()));
        boolean decided = writes >= 4;
        assertThat(gone).isEqualTo(decided ? chosen : Set.of());
        assertThat(next.workload().orElseThrow().replicas()).isEqualTo(decided ? 2 : 4);
        assertThat(next.pods()).allMatch(p -> p.removal().isEmpty() && p.cost() == 0);
        assertThat(next.pickable()).hasSize(decided ? 2 : 4);
    }

    /** One life: as far as its writes reach. */
    private static void run(ControlPlane kube, Fence fence, List<PodView> victims) {
        var cluster = new Cluster(kube.client, target(kube), fence);
        for (PodView victim : victims) {
            cluster.gate(victim, false, Instant.EPOCH.toString());
        }
        Set<String> chosen = uids(victims);
        boolean parked =
                cluster.pods().stream()
                        .filter(p -> chosen.contains(p.uid()))
                        .allMatch(p -> p.inRotation().equals(Optional.of(false)));
        if (parked) {
            await().atMost(LONG)
                    .until(() ->
                            cluster.pickable().stream().noneMatch(chosen::contains)
                                    && cluster.pods().stream()
                                            .filter(p -> chosen.contains(p.uid()))
                                            .noneMatch(PodView::ready));
            var removal = new Removal(cluster, cluster);
            removal.step(chosen);
            removal.step(chosen);
        }
    }

    private static Target target(ControlPlane kube) {
        return new Target(kube.namespace, Target.Kind.DEPLOYMENT, ControlPlane.APP);
    }

    private static Set<String> uids(List<PodView> pods) {
        return pods.stream().map(PodView::uid).collect(Collectors.toCollection(HashSet::new));
    }
}
