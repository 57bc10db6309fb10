package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.platform.kubernetes.ApiWay.Asked;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leader of whom nothing is heard for longer than its Lease is good for, as a real process, and
 * what it still wants to write when it is back. On a real control plane.
 */
@Tag("kubernetes-long")
@Timeout(240)
class DeposedLeaderTest extends OperatorRig {
    /** More than one pod may carry, and no more than two. */
    private static final double FOR_TWO = 0.08;

    @TempDir private Path folder;

    @BeforeEach
    void deployed() {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), FOR_TWO));
    }

    /** It is stopped while its scale is on the way, which arrives when another has acted. */
    @Test
    void whatWasOnItsWayWhenItWasPausedHasNoEffect() throws Exception {
        ApiWay way = open(new ApiWay(ControlPlane.kubeconfig()));
        OperatorProcess first =
                open(OperatorProcess.start(List.of(), way.kubeconfig(folder), namespace(), folder));
        await().atMost(LONG).until(() -> !first.lines(" leads").isEmpty());
        var followed = new CountDownLatch(1);
        var paused = new AtomicBoolean();
        way.rule(a -> {
            if (a.isScale() && paused.compareAndSet(false, true)) {
                first.signal("STOP");
                awaitQuietly(followed);
            }
            return Optional.empty();
        });
        Operator second =
                start(
                        "second",
                        ControlPlane.kubeconfig(),
                        Optional.of(OperatorProcess.lease(namespace())));
        Set<String> before = uids();
        apply("automatic", 1, 6);
        await().atMost(LONG).until(paused::get);
        assertThat(second.leads()).isFalse();
        assertThat(replicas()).isEqualTo(3);

        await().atMost(LONG).until(second::leads);
        await().atMost(LONG.multipliedBy(3)).until(() -> replicas() == 2 && settled());
        Set<String> left = uids();
        long generation = cluster().workload().orElseThrow().generation();
        long deeds = way.count(Asked::isDeed);
        followed.countDown();
        first.signal("CONT");
        await().atMost(LONG).until(() -> !first.lines("does not lead any more").isEmpty());
        assertThat(way.count(Asked::isDeed)).as("it has found out first").isEqualTo(deeds);
        assertThat(cluster().workload().orElseThrow().generation()).isEqualTo(generation);
        assertThat(uids()).isEqualTo(left);
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(left);
        assertThat(first.lines(" remove ")).hasSize(1);
        assertThat(namesOf(gone)).allMatch(n -> first.lines(" remove ").getFirst().contains(n));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
