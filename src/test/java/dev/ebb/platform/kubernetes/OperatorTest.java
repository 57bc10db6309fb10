package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.core.Now;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The operator from end to end, on a real control plane; skipped where none was started. */
@Tag("kubernetes")
@Timeout(240)
class OperatorTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final Path CRD = Path.of("deploy", "kubernetes", "crd.yaml");

    /** Little for each of four pods that request 0.1 cores, and enough for one. */
    private static final double LITTLE = 0.03;

    /** More than two pods may carry, and not more than four. */
    private static final double MUCH = 0.2;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private final Set<String> seen = new HashSet<>();
    private Optional<ControlPlane> plane = Optional.empty();

    @BeforeEach
    void controlPlane() throws Exception {
        plane = Optional.of(ControlPlane.open());
        Path home = Path.of(System.getProperty("ebb.project", "."));
        plane().client.load(Files.newInputStream(home.resolve(CRD))).serverSideApply();
        PodLoad.define(plane().client);
        for (String name : List.of("servicescales.ebb.dev", "pods.metrics.k8s.io")) {
            await().atMost(LONG).until(() -> isEstablished(name));
        }
    }

    private boolean isEstablished(String crd) {
        var found =
                plane().client.apiextensions().v1().customResourceDefinitions().withName(crd).get();
        return Optional.ofNullable(found)
                .flatMap(c -> Optional.ofNullable(c.getStatus()))
                .flatMap(s -> Optional.ofNullable(s.getConditions()))
                .orElse(List.of())
                .stream()
                .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        plane.ifPresent(ControlPlane::close);
    }

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
        scales().withName(ControlPlane.APP)
                .edit(s ->
                        s.edit()
                                .editMetadata()
                                .addToAnnotations(ScaleSpec.APPROVE, id)
                                .endMetadata()
                                .build());
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        assertThat(names("remove ")).hasSize(1);
    }

    /**
     * Of a StatefulSet only the one with the highest number could go; Ebb says so, and does not.
     */
    @Test
    void whatEbbDoesNotScaleIsSaid() throws Exception {
        start();
        apply("automatic", 1, 6, "StatefulSet");
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
        plane().client
                .pods()
                .inNamespace(namespace())
                .withName(precious.name())
                .edit(p ->
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
            await().atMost(LONG).until(() -> client.answered() > answered + 800);
            assertThat(before)
                    .allMatch(uid -> plane().kubelet.process(uid).orElseThrow().isAlive());
        } finally {
            plane().signalApiServer("CONT");
        }
        await().atMost(LONG).until(() -> replicas() < 3 && settled());
        client.close();
        assertThat(client.failures()).isEmpty();
    }

    // ---- What it takes

    private Operator.LeaseSettings lease() {
        return new Operator.LeaseSettings(
                namespace(),
                "ebb",
                Duration.ofSeconds(6),
                Duration.ofSeconds(2),
                Duration.ofMillis(500));
    }

    private Operator start() throws Exception {
        return start("test", ControlPlane.kubeconfig(), Optional.empty());
    }

    private Operator start(String identity, Path kubeconfig, Optional<Operator.LeaseSettings> lease)
            throws Exception {
        var settings =
                new Operator.Settings(
                        List.of(namespace()),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        lease,
                        identity,
                        "test");
        Operator operator =
                Operator.open(
                        new Access(Optional.of(kubeconfig), Optional.empty()),
                        settings,
                        () -> new Now(System.nanoTime(), System.currentTimeMillis()),
                        log::add);
        open(operator);
        operator.start();
        return operator;
    }

    private void apply(String mode, int shortest, int longest) {
        apply(mode, shortest, longest, "Deployment");
    }

    private void apply(String mode, int shortest, int longest, String kind) {
        var scale = new GenericKubernetesResource();
        scale.setApiVersion("ebb.dev/v1alpha1");
        scale.setKind("ServiceScale");
        scale.setMetadata(
                new ObjectMetaBuilder()
                        .withName(ControlPlane.APP)
                        .withNamespace(namespace())
                        .build());
        scale.setAdditionalProperties(
                Map.of(
                        "spec",
                        Map.of(
                                "targetRef",
                                Map.of("kind", kind, "name", ControlPlane.APP),
                                "mode",
                                mode,
                                "minReplicas",
                                1,
                                "maxReplicas",
                                4,
                                "scaleOut",
                                Map.of("windowSeconds", 1),
                                "scaleIn",
                                Map.of(
                                        "windowSeconds",
                                        2,
                                        "stabilizationSeconds",
                                        3,
                                        "freshnessSeconds",
                                        5,
                                        "absentPercent",
                                        50),
                                "trial",
                                Map.of("shortestSeconds", shortest, "longestSeconds", longest),
                                "drain",
                                Map.of("settleSeconds", 1, "deadlineSeconds", 60))));
        scales().resource(scale).serverSideApply();
    }

    private NonNamespaceOperation<
                    GenericKubernetesResource,
                    GenericKubernetesResourceList,
                    Resource<GenericKubernetesResource>>
            scales() {
        return plane().client
                .genericKubernetesResources(ScaleSpec.RESOURCE)
                .inNamespace(namespace());
    }

    private void autoscaler() {
        plane().client
                .autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace(namespace())
                .resource(
                        new HorizontalPodAutoscalerBuilder()
                                .withNewMetadata()
                                .withName("other")
                                .endMetadata()
                                .withNewSpec()
                                .withMinReplicas(1)
                                .withMaxReplicas(9)
                                .withNewScaleTargetRef()
                                .withApiVersion("apps/v1")
                                .withKind("Deployment")
                                .withName(ControlPlane.APP)
                                .endScaleTargetRef()
                                .endSpec()
                                .build())
                .create();
    }

    private void budget(int least) {
        plane().client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(namespace())
                .resource(
                        new PodDisruptionBudgetBuilder()
                                .withNewMetadata()
                                .withName("all")
                                .endMetadata()
                                .withNewSpec()
                                .withNewMinAvailable(least)
                                .withNewSelector()
                                .addToMatchLabels("app", ControlPlane.APP)
                                .endSelector()
                                .endSpec()
                                .build())
                .create();
    }

    private Optional<Object> status(String... path) {
        GenericKubernetesResource scale = scales().withName(ControlPlane.APP).get();
        Object value = scale.getAdditionalProperties().get("status");
        for (String key : path) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return Optional.ofNullable(value);
    }

    private Optional<String> reason(String condition) {
        return status("conditions").stream()
                .flatMap(list -> ((List<?>) list).stream())
                .map(c -> (Map<?, ?>) c)
                .filter(c -> condition.equals(c.get("type")))
                .map(c -> String.valueOf(c.get("reason")))
                .findFirst();
    }

    private List<PodView> parked() {
        return cluster().pods().stream()
                .filter(p -> p.counts() && p.inRotation().equals(Optional.of(false)))
                .toList();
    }

    /** No pod is on its way in or out. */
    private boolean settled() {
        List<PodView> pods = cluster().pods();
        return pods.size() == replicas() && pods.stream().allMatch(p -> p.counts() && p.ready());
    }

    private Set<String> uids() {
        Set<String> uids = new HashSet<>();
        for (PodView pod : cluster().pods()) {
            uids.add(pod.uid());
            seen.add(pod.uid() + " " + pod.name());
        }
        return uids;
    }

    private Set<String> namesOf(Set<String> uids) {
        return seen.stream()
                .filter(s -> uids.contains(s.substring(0, s.indexOf(' '))))
                .map(s -> s.substring(s.indexOf(' ') + 1))
                .collect(Collectors.toSet());
    }

    private List<String> lines(String action) {
        String start = namespace() + "/" + ControlPlane.APP + " " + action;
        return log.stream().filter(l -> l.startsWith(start)).toList();
    }

    /** The pods that lines of the log are about. */
    private Set<String> names(String action) {
        int from = (namespace() + "/" + ControlPlane.APP + " " + action).length();
        return lines(action).stream()
                .map(l -> l.substring(from).split("[: ]", 2)[0])
                .collect(Collectors.toSet());
    }

    private int replicas() {
        return cluster().workload().orElseThrow().replicas();
    }

    private <T extends AutoCloseable> T open(T one) {
        open.add(one);
        return one;
    }

    private ControlPlane plane() {
        return plane.orElseThrow();
    }

    private Cluster cluster() {
        return plane().cluster();
    }

    private String namespace() {
        return plane().namespace;
    }
}
