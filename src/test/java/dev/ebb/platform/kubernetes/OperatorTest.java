package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator from end to end, on a real control plane; skipped where none was started. */
@Tag("kubernetes")
@Timeout(240)
class OperatorTest extends OperatorRig {
    /** For how long the API server stands still. */
    private static final Duration AWAY =
            Duration.ofSeconds(Integer.getInteger("ebb.faults.seconds", 6));

    @Test
    void exactlyTheChosenPodsGoUnderLoadAndComeBack() throws Exception {
        plane().deployServers(4);
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), MUCH));
        start();
        apply("automatic", 1, 6);
        await().atMost(LONG).until(() -> cluster().pickable().size() == 4);
        SliceClient client = open(new SliceClient(plane().client, namespace(), plane().kubelet));

        for (int cycle = 0; cycle < 3; cycle++) {
            Set<String> before = uids();
            load.cores(LITTLE);
            await().atMost(LONG).until(() -> replicas() <= 2 && settled());
            Set<String> gone = new HashSet<>(before);
            gone.removeAll(uids());
            assertThat(gone).isNotEmpty();
            assertThat(names("remove ")).as("removed as chosen").containsAll(namesOf(gone));
            load.cores(MUCH);
            await().atMost(LONG).until(() -> cluster().pickable().size() >= 4 && settled());
        }
        assertThat(client.answered()).isGreaterThan(500);
        client.close();
        assertThat(client.failures()).isEmpty();
        assertThat(lines("fail ")).isEmpty();
    }

    @Test
    void loadThatReturnsInATrialBringsThePodBackAndStartsNone() throws Exception {
        plane().deployServers(3);
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        apply("automatic", 60, 90);
        await().atMost(LONG).until(() -> parked().size() == 1);
        Set<String> before = uids();
        String parked = parked().getFirst().name();

        load.cores(0.17);
        await().atMost(LONG).until(() -> parked().isEmpty() && cluster().pickable().size() == 3);
        assertThat(names("rescue ")).contains(parked);
        assertThat(uids()).isEqualTo(before);
        assertThat(lines("start")).isEmpty();
        assertThat(replicas()).isEqualTo(3);
    }

    /** Somebody has another autoscaler do it, or wants Ebb to observe only. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasBegunIsTakenBackWhereTheSizeIsNotEbbsAnyMore(boolean other) throws Exception {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        apply("automatic", 60, 90);
        await().atMost(LONG).until(() -> parked().size() == 1);
        Set<String> before = uids();
        if (other) {
            autoscaler();
        } else {
            apply("observe", 60, 90);
        }
        await().atMost(LONG).until(() -> parked().isEmpty() && cluster().pickable().size() == 3);
        assertThat(names("rescue ")).hasSize(1);
        assertThat(lines("rescue ").getFirst())
                .contains(other ? "HorizontalPodAutoscaler" : "the mode is observe");

        // A new pod is let in all the same: nobody else opens its gate.
        plane().client
                .pods()
                .inNamespace(namespace())
                .withName(cluster().pods().getFirst().name())
                .delete();
        await().atMost(LONG).until(() -> settled() && !uids().equals(before));
        assertThat(lines("park ")).hasSize(1);
    }

    @Test
    void observingChangesNothingAndRecommends() throws Exception {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        apply("observe", 1, 6);
        await().atMost(LONG).until(() -> status("recommendation", "replicas").isPresent());
        assertThat(status("recommendation", "replicas")).contains(2);
        assertThat(parked()).isEmpty();
        assertThat(replicas()).isEqualTo(3);
        assertThat(lines("park ")).isEmpty();
    }

    @Test
    void aRecommendationIsCarriedOutOnceItIsApproved() throws Exception {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        apply("recommend", 1, 6);
        await().atMost(LONG).until(() -> status("recommendation", "id").isPresent());
        assertThat(lines("park ")).isEmpty();
        String id = status("recommendation", "id").orElseThrow().toString();
        Edits.edit(
                scales().withName(ControlPlane.APP),
                s ->
                        s.edit()
                                .editMetadata()
                                .addToAnnotations(ScaleSpec.APPROVE, id)
                                .endMetadata()
                                .build());
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        assertThat(names("remove ")).hasSize(1);
    }

    @Test
    void whatEbbDoesNotScaleIsSaid() throws Exception {
        start();
        apply("automatic", 1, 6, "DaemonSet");
        await().atMost(LONG).until(() -> reason("Ready").equals(Optional.of("Unsupported")));
    }

    @Test
    void whatElseScalesOrProtectsThePodsHoldsIt() throws Exception {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        autoscaler();
        start();
        apply("automatic", 1, 6);
        await().atMost(LONG).until(() -> reason("Ready").equals(Optional.of("OtherAutoscaler")));
        plane().client
                .autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace(namespace())
                .withName("other")
                .delete();
        budget(3);
        await().atMost(LONG).until(() -> reason("Holding").equals(Optional.of("DisruptionBudget")));
        assertThat(reason("Ready")).contains("Managed");
        assertThat(lines("park ")).isEmpty();
        plane().client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(namespace())
                .withName("all")
                .delete();
        await().atMost(LONG).until(() -> !lines("park ").isEmpty());
    }

    @Test
    void aPodThatIsToBeLeftAloneStaysAndWhoWasParkedIsNotForgotten() throws Exception {
        plane().deployServers(2);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        Operator first = start();
        await().atMost(LONG).until(() -> cluster().pods().size() == 2);
        PodView precious = cluster().pods().getFirst();
        Edits.edit(
                plane().client.pods().inNamespace(namespace()).withName(precious.name()),
                p ->
                        p.edit()
                                .editMetadata()
                                .addToAnnotations("ebb.dev/do-not-disrupt", "true")
                                .endMetadata()
                                .build());
        apply("automatic", 60, 90);
        await().atMost(LONG).until(() -> parked().size() == 1);
        assertThat(parked().getFirst().uid()).isNotEqualTo(precious.uid());

        first.close();
        start();
        await().atMost(LONG).until(() -> status("parked").equals(Optional.of(1)));
        scales().withName(ControlPlane.APP).delete();
        await().atMost(LONG).until(() -> cluster().pickable().size() == 2);
    }

    /** Its requests go nowhere for longer than its lease is good for, and then they do again. */
    @Test
    void aLeaderThatIsCutOffIsFollowedAndDoesNoHarm(@TempDir Path folder) throws Exception {
        plane().deployServers(2);
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        Relay relay = open(new Relay(ControlPlane.kubeconfig()));
        Path way = relay.kubeconfig(ControlPlane.kubeconfig(), folder);
        Operator first = start("first", way, Optional.of(lease()));
        await().atMost(LONG).until(first::leads);
        Operator second = start("second", ControlPlane.kubeconfig(), Optional.of(lease()));
        apply("automatic", 120, 180);
        await().atMost(LONG).until(() -> parked().size() == 1);
        assertThat(second.leads()).isFalse();

        relay.cut();
        try {
            await().atMost(LONG).until(second::leads);
            assertThat(first.leads()).as("it was silent before the other began").isFalse();
            await().atMost(LONG).until(() -> status("parked").equals(Optional.of(1)));
            load.cores(0.11);
            await().atMost(LONG).until(() -> cluster().pickable().size() == 2);
        } finally {
            relay.mend();
        }
        load.cores(LITTLE);
        await().atMost(LONG).until(() -> parked().size() == 1);
        assertThat(first.leads()).isFalse();
        assertThat(replicas()).isEqualTo(2);
    }

    @Test
    void whileTheApiServerIsAwayNobodyIsRemovedAndPodsServeOn() throws Exception {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        SliceClient client = open(new SliceClient(plane().client, namespace(), plane().kubelet));
        apply("automatic", 4, 8);
        await().atMost(LONG).until(() -> !parked().isEmpty());
        Set<String> before = uids();

        plane().signalApiServer("STOP");
        try {
            long answered = client.answered();
            long from = System.nanoTime();
            await().atMost(AWAY.plus(LONG))
                    .until(() ->
                            client.answered() > answered + 800
                                    && System.nanoTime() - from >= AWAY.toNanos());
            assertThat(before)
                    .allMatch(uid -> plane().kubelet.process(uid).orElseThrow().isAlive());
        } finally {
            plane().signalApiServer("CONT");
        }
        await().atMost(LONG).until(() -> replicas() < 3 && settled());
        client.close();
        assertThat(client.failures()).isEmpty();
    }
}
