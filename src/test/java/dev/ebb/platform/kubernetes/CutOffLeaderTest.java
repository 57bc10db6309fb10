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
 * A leader in a network of its own, as a real process, whose link is cut while its scale is on the
 * way. Its clock goes on, and it goes on trying; what it has sent arrives when another leads.
 */
@Tag("kubernetes-long")
@Timeout(240)
class CutOffLeaderTest extends OperatorRig {
    /** More than one pod may carry, and no more than two. */
    private static final double FOR_TWO = 0.08;

    @TempDir private Path folder;

    @BeforeEach
    void deployed() {
        plane().deployServers(3);
        await().atMost(LONG).until(() -> cluster().pods().size() == 3);
        open(new PodLoad(plane().client, namespace(), cluster(), FOR_TWO));
    }

    @Test
    void itFallsSilentByItselfAndWhatArrivesLateHasNoEffect() throws Exception {
        Island island = open(Island.open());
        ApiWay way = open(new ApiWay(ControlPlane.kubeconfig(), island.shore()));
        OperatorProcess first =
                open(
                        OperatorProcess.start(
                                island.command(), way.kubeconfig(folder), namespace(), folder));
        await().atMost(LONG).until(() -> !first.lines(" leads").isEmpty());
        Operator second =
                start(
                        "second",
                        ControlPlane.kubeconfig(),
                        Optional.of(OperatorProcess.lease(namespace())));
        var followed = new CountDownLatch(1);
        var cut = new AtomicBoolean();
        way.rule(a -> {
            if (a.isScale() && cut.compareAndSet(false, true)) {
                island.cut();
                awaitQuietly(followed);
            }
            return Optional.empty();
        });
        Set<String> before = uids();
        apply("automatic", 1, 6);
        await().atMost(LONG).until(cut::get);
        assertThat(second.leads()).isFalse();

        await().atMost(LONG).until(second::leads);
        assertThat(first.lines("does not lead any more")).as("by its own clock").hasSize(1);
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        Set<String> left = uids();
        long generation = cluster().workload().orElseThrow().generation();
        long heard = way.count(CutOffLeaderTest::isOfTheLease);
        island.mend();
        followed.countDown();
        await().atMost(LONG).until(() -> way.count(CutOffLeaderTest::isOfTheLease) > heard + 3);

        assertThat(second.leads()).isTrue();
        assertThat(first.lines(" leads")).as("it has not begun again").hasSize(1);
        assertThat(cluster().workload().orElseThrow().generation()).isEqualTo(generation);
        assertThat(uids()).isEqualTo(left);
        assertThat(cluster().pods()).allMatch(p -> p.ready() && p.removal().isEmpty());
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(left);
        List<String> removals = first.lines(" remove ");
        assertThat(removals).hasSize(1);
        assertThat(namesOf(gone)).allMatch(removals.getFirst()::contains);
    }

    private static boolean isOfTheLease(Asked asked) {
        return asked.uri().contains("/leases");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
