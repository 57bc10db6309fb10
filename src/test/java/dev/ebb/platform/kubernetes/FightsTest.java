package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Somebody else changes what Ebb changes, again and again, on a real control plane under load. What
 * is promised then: no request is lost by Ebb, nobody goes whom it has not chosen, and when the
 * other one stops, Ebb goes on.
 */
@Tag("kubernetes")
@Timeout(400)
class FightsTest extends OperatorRig {
    private static final Duration FIGHT =
            Duration.ofSeconds(Integer.getInteger("ebb.faults.seconds", 6));

    private static final PatchContext FORCED =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("someone")
                    .withForce(true)
                    .build();

    private final AtomicInteger blows = new AtomicInteger();

    @BeforeEach
    void deployed() throws Exception {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
    }

    @Test
    void overTheSize() throws Exception {
        apply("automatic", 1, 6);
        try (var _ = fight(() -> scaleTo(3 + blows.get() % 2), 300)) {
            lasts();
        }
        await().atMost(LONG).until(() -> replicas() <= 2 && settled());
        assertThat(cluster().pods()).allMatch(p -> p.removal().isEmpty() && p.cost() == 0);
    }

    @Test
    void overTheGate() throws Exception {
        SliceClient client = open(new SliceClient(plane().client, namespace(), plane().kubelet));
        apply("automatic", 1, 6);
        Set<String> before = uids();
        try (var _ = fight(() -> parked().forEach(this::openGate), 100)) {
            lasts();
            assertThat(uids()).as("who is in rotation stays").isEqualTo(before);
        }
        goesOn(before);
        client.close();
        assertThat(client.failures()).isEmpty();
    }

    @Test
    void overTheDeletionCost() throws Exception {
        SliceClient client = open(new SliceClient(plane().client, namespace(), plane().kubelet));
        Set<String> before = uids();
        try (var _ = fight(() -> cluster().pods().forEach(this::makeDear), 50)) {
            apply("automatic", 1, 6);
            lasts();
            Set<String> gone = new HashSet<>(before);
            gone.removeAll(uids());
            assertThat(names("remove ")).containsAll(namesOf(gone));
        }
        client.close();
        assertThat(client.failures()).isEmpty();
    }

    // ---- The other one

    /** Ends with this. */
    private record Fight(ScheduledExecutorService thread) implements AutoCloseable {
        @Override
        public void close() {
            thread.shutdown();
            await().atMost(LONG).until(thread::isTerminated);
        }
    }

    private Fight fight(Runnable blow, int everyMillis) {
        var thread = Executors.newSingleThreadScheduledExecutor();
        var _ =
                thread.scheduleWithFixedDelay(
                        () -> {
                            try {
                                blow.run();
                                blows.incrementAndGet();
                            } catch (KubernetesClientException e) {
                                // What it wanted to change has changed: it tries again.
                            }
                        },
                        0,
                        everyMillis,
                        TimeUnit.MILLISECONDS);
        return new Fight(thread);
    }

    private void lasts() {
        long from = System.nanoTime();
        int before = blows.get();
        await().atMost(FIGHT.plus(LONG))
                .until(() ->
                        System.nanoTime() - from >= FIGHT.toNanos() && blows.get() > before + 5);
    }

    private void openGate(PodView pod) {
        var open =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(pod.name())
                        .withNamespace(namespace())
                        .withUid(pod.uid())
                        .endMetadata()
                        .withNewStatus()
                        .addNewCondition()
                        .withType(PodView.GATE)
                        .withStatus("True")
                        .withReason("Someone")
                        .withLastTransitionTime(Instant.now().toString())
                        .endCondition()
                        .endStatus()
                        .build();
        plane().client
                .pods()
                .inNamespace(namespace())
                .resource(open)
                .subresource("status")
                .patch(FORCED, open);
    }

    private void makeDear(PodView pod) {
        if (pod.removal().isEmpty() || !pod.counts()) {
            return;
        }
        var dear =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(pod.name())
                        .withNamespace(namespace())
                        .withUid(pod.uid())
                        .addToAnnotations(PodView.COST, "5")
                        .endMetadata()
                        .build();
        plane().client
                .pods()
                .inNamespace(namespace())
                .resource(dear)
                .fieldManager("someone")
                .forceConflicts()
                .serverSideApply();
    }

    private void goesOn(Set<String> before) {
        await().atMost(LONG).until(() -> replicas() < before.size() && settled());
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(uids());
        assertThat(names("remove ")).containsAll(namesOf(gone));
        assertThat(gone).isNotEmpty();
    }
}
