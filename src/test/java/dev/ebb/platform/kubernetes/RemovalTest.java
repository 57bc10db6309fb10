package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import dev.ebb.platform.kubernetes.Removal.Step;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Against a real API server and real controllers; skipped where none was started. */
@Tag("kubernetes")
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
class RemovalTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private Optional<ControlPlane> plane = Optional.empty();
    private final Set<String> seen = new HashSet<>();

    @BeforeEach
    void fivePodsInRotation() {
        plane = Optional.of(ControlPlane.open());
        plane().deploy(5);
        allInRotation(5);
        seen.addAll(uids(cluster().pods()));
    }

    @AfterEach
    void close() {
        plane.ifPresent(ControlPlane::close);
    }

    @Test
    void exactlyTheVictimsGo() {
        List<PodView> pods = cluster().pods();
        List<PodView> victims = List.of(pods.get(1), pods.get(3));
        park(victims);
        List<Step> steps = removeAll(uids(victims), new Removal(cluster(), cluster()));

        assertThat(steps).contains(new Step.Scaled(3));
        Set<String> rest = uids(pods);
        rest.removeAll(uids(victims));
        assertThat(uids(cluster().pods())).isEqualTo(rest);
        assertThat(replicas()).isEqualTo(3);
        assertThat(seen).as("no replacement was made and deleted again").hasSize(5);
        for (PodView victim : victims) {
            assertThat(plane().kubelet.process(victim.uid())).isEmpty();
        }
    }

    @Test
    void aParkedPodIsRescued() {
        PodView pod = cluster().pods().get(2);
        park(List.of(pod));
        Process process = plane().kubelet.process(pod.uid()).orElseThrow();

        assertThat(cluster().gate(pod, true, now())).isEqualTo(new Written.Done());
        await().atMost(LONG).until(() -> cluster().pickable().contains(pod.uid()));
        assertThat(plane().kubelet.process(pod.uid())).contains(process);
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void whoIsInRotationIsNotRemoved() {
        PodView pod = cluster().pods().getFirst();
        assertThat(code(new Removal(cluster(), cluster()).step(Set.of(pod.uid()))))
                .isEqualTo("in_rotation");
        assertThat(replicas()).isEqualTo(5);
        assertThat(cluster().pods()).allMatch(p -> p.removal().isEmpty());
    }

    @Test
    void aPodThatIsDeletedBySomeoneElseIsReplacedFirst() {
        List<PodView> pods = cluster().pods();
        List<PodView> victims = List.of(pods.get(0), pods.get(4));
        park(victims);
        var removal = new Removal(cluster(), cluster());
        assertThat(removal.step(uids(victims))).isInstanceOf(Step.Intended.class);

        delete(pods.get(2));
        removeAll(uids(victims), removal);
        assertThat(uids(cluster().pods()))
                .hasSize(3)
                .contains(pods.get(1).uid(), pods.get(3).uid())
                .doesNotContain(pods.get(2).uid());
        assertThat(seen).as("one replacement, no more").hasSize(6);
    }

    @Test
    void aPodThatIsOnlyParkedStays() {
        List<PodView> pods = cluster().pods();
        park(pods.subList(0, 2));
        PodView victim = pods.get(1);
        removeAll(Set.of(victim.uid()), new Removal(cluster(), cluster()));
        assertThat(uids(cluster().pods()))
                .hasSize(4)
                .contains(pods.getFirst().uid())
                .doesNotContain(victim.uid());
    }

    @Test
    void victimsAreSparedWhenOthersWent() {
        List<PodView> pods = cluster().pods();
        List<PodView> victims = List.of(pods.get(0), pods.get(1));
        park(victims);
        var removal = new Removal(cluster(), cluster());
        assertThat(removal.step(uids(victims))).isInstanceOf(Step.Intended.class);
        // Someone makes them dear, and others cheap; then the Deployment is scaled.
        victims.forEach(v -> cost(v, "1000"));
        victims.forEach(v -> cluster().gate(v, true, now()));
        await().atMost(LONG).until(() -> cluster().pickable().containsAll(uids(victims)));
        List<PodView> others = List.of(pods.get(2), pods.get(3));
        park(others);
        assertThat(cluster().scale(cluster().workload().orElseThrow(), 3))
                .isEqualTo(new Written.Done());
        await().atMost(LONG).until(() -> cluster().pods().size() == 3);

        Step step = removal.step(uids(victims));
        assertThat(step).isInstanceOf(Step.Spared.class);
        assertThat(uids(((Step.Spared) step).victims())).isEqualTo(uids(victims));
        assertThat(cluster().pods()).allMatch(p -> p.removal().isEmpty());
        assertThat(replicas()).isEqualTo(3);
    }

    @Test
    void aDeploymentThatChangedSinceIsNotScaled() {
        WorkloadView read = cluster().workload().orElseThrow();
        Edits.edit(
                plane().client
                        .apps()
                        .deployments()
                        .inNamespace(plane().namespace)
                        .withName(ControlPlane.APP),
                d ->
                        d.edit()
                                .editMetadata()
                                .addToAnnotations("someone", "was here")
                                .endMetadata()
                                .build());
        assertThat(cluster().scale(read, 3)).isInstanceOf(Written.Outdated.class);
        assertThat(replicas()).isEqualTo(5);
    }

    @Test
    void aCostOfSomeoneElseIsLeftAlone() {
        List<PodView> victims = cluster().pods().subList(0, 2);
        park(victims);
        cost(victims.get(1), "7");
        assertThat(code(new Removal(cluster(), cluster()).step(uids(victims))))
                .isEqualTo("not_ours");
        assertThat(cluster().pods()).allMatch(p -> p.removal().isEmpty());
        assertThat(cluster().pods().stream().map(PodView::cost)).containsOnlyOnce(7).contains(0);
        assertThat(replicas()).isEqualTo(5);
    }

    /** An HPA has come between the intent and the scaling. */
    @Test
    void whatWasBegunIsTakenBackWhereTheSizeIsNotEbbsAnyMore() {
        List<PodView> victims = cluster().pods().subList(1, 3);
        park(victims);
        var hold = new Hold(Reason.of("other_autoscaler", "another scales it"), "its end");
        var another = new AtomicBoolean();
        var removal =
                new Removal(
                        cluster(), cluster(), () -> Optional.of(hold).filter(_ -> another.get()));
        assertThat(removal.step(uids(victims))).isInstanceOf(Step.Intended.class);
        another.set(true);

        assertThat(removal.step(uids(victims))).isInstanceOf(Step.Refused.class);
        assertThat(cluster().pods()).allMatch(p -> p.removal().isEmpty() && p.cost() == 0);
        assertThat(removal.step(uids(victims))).isInstanceOf(Step.Refused.class);
        assertThat(replicas()).isEqualTo(5);
        assertThat(cluster().pods()).noneMatch(p -> p.removal().isPresent());
    }

    /** A victim that is spared while its intent stands would be one to whoever finds it. */
    @Test
    void nobodyIsSparedWhoseIntentCouldNotBeTakenBack() {
        List<PodView> victims = cluster().pods().subList(1, 3);
        park(victims);
        var leads = new AtomicBoolean(true);
        var target = new Target(plane().namespace, Target.Kind.DEPLOYMENT, ControlPlane.APP);
        var fenced = new Cluster(plane().client, target, fence(leads));
        var removal = new Removal(cluster(), fenced);
        assertThat(removal.step(uids(victims))).isInstanceOf(Step.Intended.class);
        leads.set(false);
        assertThat(removal.takeBack()).contains("no leader");
        leads.set(true);
        assertThat(removal.takeBack()).isEmpty();
        assertThat(cluster().pods()).allMatch(p -> p.removal().isEmpty() && p.cost() == 0);
    }

    @Test
    void afterACrashBetweenIntentAndScaleTheNextOneGoesOn() {
        List<PodView> victims = cluster().pods().subList(1, 3);
        park(victims);
        assertThat(new Removal(cluster(), cluster()).step(uids(victims)))
                .isInstanceOf(Step.Intended.class);

        List<Step> steps = removeAll(Set.of(), new Removal(cluster(), cluster()));
        assertThat(steps).contains(new Step.Scaled(3));
        assertThat(uids(cluster().pods())).hasSize(3).doesNotContainAnyElementsOf(uids(victims));
    }

    @Test
    void afterACrashBehindTheScaleNothingIsScaledAgain() {
        List<PodView> victims = cluster().pods().subList(1, 3);
        park(victims);
        var removal = new Removal(cluster(), cluster());
        removal.step(uids(victims));
        assertThat(removal.step(uids(victims))).isEqualTo(new Step.Scaled(3));

        List<Step> steps = removeAll(uids(victims), new Removal(cluster(), cluster()));
        assertThat(steps).noneMatch(s -> s instanceof Step.Scaled || s instanceof Step.Intended);
        assertThat(replicas()).isEqualTo(3);
        assertThat(uids(cluster().pods())).hasSize(3).doesNotContainAnyElementsOf(uids(victims));
    }

    @Test
    void intentsThatACrashLeftIncompleteAreTakenBack() {
        List<PodView> victims = cluster().pods().subList(1, 3);
        park(victims);
        long generation = cluster().workload().orElseThrow().generation();
        PodView first =
                cluster().pods().stream()
                        .filter(p -> p.uid().equals(victims.getFirst().uid()))
                        .findFirst()
                        .orElseThrow();
        assertThat(cluster().intend(first, Optional.of(new RemovalIntent(5, 3, generation))))
                .isEqualTo(new Written.Done());

        assertThat(new Removal(cluster(), cluster()).step(Set.of())).isInstanceOf(Step.Again.class);
        assertThat(cluster().pods()).allMatch(p -> p.removal().isEmpty() && p.cost() == 0);
        assertThat(replicas()).isEqualTo(5);
    }

    @Test
    void anotherAutoscalerAndARolloutHoldIt() {
        List<PodView> victims = cluster().pods().subList(0, 1);
        park(victims);
        var hpas =
                plane().client
                        .autoscaling()
                        .v2()
                        .horizontalPodAutoscalers()
                        .inNamespace(plane().namespace);
        plane().autoscaler();
        var removal = new Removal(cluster(), cluster());
        assertThat(code(removal.step(uids(victims)))).isEqualTo("other_autoscaler");
        hpas.withName("other").delete();

        Edits.edit(
                plane().client
                        .apps()
                        .deployments()
                        .inNamespace(plane().namespace)
                        .withName(ControlPlane.APP),
                d ->
                        d.edit()
                                .editSpec()
                                .editTemplate()
                                .editMetadata()
                                .addToAnnotations("release", "2")
                                .endMetadata()
                                .endTemplate()
                                .endSpec()
                                .build());
        // The parked pod is the first that a rollout takes; one in rotation is still there.
        Set<String> serving = Set.copyOf(cluster().pickable());
        assertThat(code(removal.step(serving))).isEqualTo("rollout");
        assertThat(replicas()).isEqualTo(5);
    }

    /** Steps until nothing is left to do; remembers every pod that was seen on the way. */
    private List<Step> removeAll(Set<String> victims, Removal removal) {
        List<Step> steps = new ArrayList<>();
        await().atMost(LONG)
                .until(() -> {
                    seen.addAll(uids(cluster().pods()));
                    steps.add(removal.step(victims));
                    return steps.getLast() instanceof Step.Idle
                            && cluster().pods().stream().allMatch(PodView::counts);
                });
        return steps;
    }

    private void allInRotation(int pods) {
        await().atMost(LONG).until(() -> cluster().pods().size() == pods);
        rotate(Set.of());
        await().atMost(LONG).until(() -> cluster().pickable().size() == pods);
    }

    private void rotate(Set<String> parked) {
        for (PodView pod : cluster().pods()) {
            boolean wanted = !parked.contains(pod.uid());
            if (pod.counts() && !pod.inRotation().equals(Optional.of(wanted))) {
                assertThat(cluster().gate(pod, wanted, now())).isEqualTo(new Written.Done());
            }
        }
    }

    private void park(List<PodView> pods) {
        for (PodView pod : pods) {
            assertThat(cluster().gate(pod, false, now())).isEqualTo(new Written.Done());
        }
        await().atMost(LONG)
                .until(() ->
                        cluster().pods().stream()
                                        .filter(p -> uids(pods).contains(p.uid()))
                                        .noneMatch(PodView::ready)
                                && cluster().pickable().stream().noneMatch(uids(pods)::contains));
    }

    /** As a person does it, with another name for its fields. */
    private void cost(PodView pod, String cost) {
        var own =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(pod.name())
                        .withNamespace(plane().namespace)
                        .addToAnnotations(PodView.COST, cost)
                        .endMetadata()
                        .build();
        plane().client
                .pods()
                .inNamespace(plane().namespace)
                .resource(own)
                .fieldManager("someone")
                .forceConflicts()
                .serverSideApply();
    }

    private void delete(PodView pod) {
        plane().client.pods().inNamespace(plane().namespace).withName(pod.name()).delete();
    }

    private int replicas() {
        return cluster().workload().orElseThrow().replicas();
    }

    private ControlPlane plane() {
        return plane.orElseThrow();
    }

    private Cluster cluster() {
        return plane().cluster();
    }

    private static Fence fence(AtomicBoolean leads) {
        return () -> leads.get() ? Optional.empty() : Optional.of("no leader");
    }

    private static String code(Step step) {
        return step instanceof Step.Held(var hold) ? hold.why().code() : step.toString();
    }

    private static String now() {
        return Instant.now().toString();
    }

    private static Set<String> uids(List<PodView> pods) {
        return pods.stream().map(PodView::uid).collect(Collectors.toCollection(HashSet::new));
    }
}
