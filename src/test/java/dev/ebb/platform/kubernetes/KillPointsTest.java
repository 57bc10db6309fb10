package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ebb ends between any two writes of a removal, and another one goes on, or ends in the middle of
 * that, too: on a real control plane. {@code -Debb.killpoints=all} tries every one, 20 otherwise.
 */
@Tag("kubernetes")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillPointsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int PODS = 5;
    private static final int SHORT = 20;

    /**
     * The writes of a life are: closing a gate for each victim, putting the intent on each,
     * scaling.
     *
     * @param first so many are made before the first life's end
     * @param second so many by the one who goes on; empty for one that lives
     */
    record Point(int victims, int first, OptionalInt second) {
        /** Once the intent is on all, they go, whoever it is that ends. */
        boolean decided() {
            return first >= 2 * victims;
        }
    }

    private Optional<ControlPlane> plane = Optional.empty();
    private boolean deployed;

    @BeforeAll
    void open() {
        plane = Optional.of(ControlPlane.open());
    }

    @AfterAll
    void close() {
        plane.ifPresent(ControlPlane::close);
    }

    static List<Point> points() {
        List<Point> all = new ArrayList<>();
        for (int victims = 1; victims < PODS; victims++) {
            for (int first = 0; first <= 2 * victims + 1; first++) {
                all.add(new Point(victims, first, OptionalInt.empty()));
                for (int second = 0; second < 4; second++) {
                    all.add(new Point(victims, first, OptionalInt.of(second)));
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(100);
        if (System.getProperty("ebb.killpoints", "").equals("all")) {
            return all;
        }
        List<Point> some = new ArrayList<>();
        for (int i = 0; i < SHORT; i++) {
            some.add(all.get(i * all.size() / SHORT));
        }
        return some;
    }

    @ParameterizedTest
    @MethodSource("points")
    void whoComesNextGoesOn(Point point) {
        ControlPlane kube = plane.orElseThrow();
        allInRotation(kube);
        Set<String> before = uids(kube.cluster().pods());
        List<PodView> victims = kube.cluster().pods().subList(0, point.victims());
        remove(kube, until(new AtomicInteger(point.first())), victims);

        Set<String> seen = new HashSet<>();
        point.second()
                .ifPresent(writes -> {
                    var left = new AtomicInteger(writes);
                    var cluster = new Cluster(kube.client, target(kube), until(left));
                    var removal = new Removal(cluster, cluster);
                    await().atMost(LONG)
                            .until(() -> goOn(cluster, removal, seen) || left.get() <= 0);
                });
        var last = new Cluster(kube.client, target(kube), Fence.OPEN);
        var removal = new Removal(last, last);
        await().atMost(LONG).until(() -> goOn(last, removal, seen));

        assertThat(before).as("no pod was started").containsAll(seen);
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(uids(last.pods()));
        assertThat(gone).isEqualTo(point.decided() ? uids(victims) : Set.of());
        int left = PODS - (point.decided() ? point.victims() : 0);
        assertThat(last.workload().orElseThrow().replicas()).isEqualTo(left);
        assertThat(last.pods()).allMatch(p -> p.removal().isEmpty() && p.cost() == 0);
        await().atMost(LONG).until(() -> last.pickable().size() == left);
    }

    private static Fence until(AtomicInteger left) {
        return () ->
                left.getAndDecrement() > 0 ? Optional.empty() : Optional.of("this Ebb has ended");
    }

    private void allInRotation(ControlPlane kube) {
        if (deployed) {
            Edits.edit(
                    kube.client
                            .apps()
                            .deployments()
                            .inNamespace(kube.namespace)
                            .withName(ControlPlane.APP),
                    d -> d.edit().editSpec().withReplicas(PODS).endSpec().build());
        } else {
            kube.deploy(PODS);
            deployed = true;
        }
        Cluster cluster = kube.cluster();
        await().atMost(LONG).until(() -> cluster.pods().size() == PODS);
        cluster.pods().stream()
                .filter(p -> !p.inRotation().equals(Optional.of(true)))
                .forEach(p -> cluster.gate(p, true, Instant.EPOCH.toString()));
        await().atMost(LONG).until(() -> cluster.pickable().size() == PODS);
    }

    /** One life: as far as its writes reach. */
    private static void remove(ControlPlane kube, Fence fence, List<PodView> victims) {
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

    /**
     * A later life wants nothing but what it finds: who has an intent goes, who is only parked is
     * rescued. Returns whether nothing is left to do.
     */
    private static boolean goOn(Cluster cluster, Removal removal, Set<String> seen) {
        List<PodView> pods = cluster.pods();
        seen.addAll(uids(pods));
        Removal.Step step = removal.step(Set.of());
        pods.stream()
                .filter(p -> p.counts() && p.removal().isEmpty())
                .filter(p -> p.inRotation().equals(Optional.of(false)))
                .forEach(p -> cluster.gate(p, true, Instant.EPOCH.toString()));
        return step instanceof Removal.Step.Idle
                && pods.stream().allMatch(p -> p.counts() && p.ready());
    }

    private static Target target(ControlPlane kube) {
        return new Target(kube.namespace, Target.Kind.DEPLOYMENT, ControlPlane.APP);
    }

    private static Set<String> uids(List<PodView> pods) {
        return pods.stream().map(PodView::uid).collect(Collectors.toCollection(HashSet::new));
    }
}
