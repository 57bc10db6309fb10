package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is installed, as the real kustomize and the real Helm render it, on a real control plane;
 * and what the operator's account may there, and may not.
 */
@Tag("kubernetes")
@Timeout(120)
class InstallationTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String SYSTEM = "ebb-system";
    private static final PatchContext APPLY =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("ebb")
                    .withForce(true)
                    .build();

    private static final Set<String> HELMS =
            Set.of(
                    "app.kubernetes.io/instance",
                    "app.kubernetes.io/version",
                    "app.kubernetes.io/managed-by",
                    "helm.sh/chart");

    private Optional<ControlPlane> plane = Optional.empty();

    @BeforeEach
    void controlPlane() {
        plane = Optional.of(ControlPlane.open());
        assumeTrue(Files.exists(rendered("helm.yaml")), "nothing is rendered: no Go to build Helm");
        for (HasMetadata one : read("kustomize.yaml")) {
            admin().resource(one).forceConflicts().serverSideApply();
        }
    }

    @AfterEach
    void close() {
        plane.ifPresent(ControlPlane::close);
    }

    private KubernetesClient admin() {
        return plane.orElseThrow().client;
    }

    private static Path rendered(String name) {
        return Path.of(System.getenv("EBB_TEST_KUBE"), name);
    }

    private List<HasMetadata> read(String name) {
        try (InputStream in = Files.newInputStream(rendered(name))) {
            return admin().load(in).items();
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }

    @Test
    void theChartInstallsWhatTheManifestsInstall() {
        Map<String, Object> manifests = bare(read("kustomize.yaml"));
        manifests.remove("Namespace ebb-system");
        assertThat(bare(read("helm.yaml"))).isEqualTo(manifests);
    }

    /** Each by kind and name, without the labels that only Helm gives. */
    private Map<String, Object> bare(List<HasMetadata> all) {
        Map<String, Object> bare = new TreeMap<>();
        for (HasMetadata one : all) {
            Object tree = admin().getKubernetesSerialization().convertValue(one, Map.class);
            bare.put(one.getKind() + " " + one.getMetadata().getName(), bare(tree));
        }
        return bare;
    }

    private static Object bare(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                Map<String, Object> rest = new TreeMap<>();
                map.forEach((key, value) -> {
                    if (!HELMS.contains(key)) {
                        rest.put((String) key, bare(value));
                    }
                });
                yield rest;
            }
            case List<?> list -> list.stream().map(InstallationTest::bare).toList();
            default -> tree;
        };
    }

    @Test
    void whatIsOptInIsTheSameInBothAndMoreThanTheRest() {
        Set<String> manifests = rights(read("kustomize-more.yaml"));
        assertThat(rights(read("helm-more.yaml"))).isEqualTo(manifests);
        assertThat(manifests)
                .contains("argoproj.io/rollouts/scale update")
                .contains("discovery.k8s.io/endpointslices delete")
                .containsAll(rights(read("kustomize.yaml")));
        assertThat(rights(read("kustomize.yaml")))
                .noneMatch(r -> r.startsWith("argoproj.io"))
                .doesNotContain("discovery.k8s.io/endpointslices create");
    }

    /** What the cluster's roles for the operator allow in all. */
    private static Set<String> rights(List<HasMetadata> all) {
        Set<String> rights = new TreeSet<>();
        for (HasMetadata one : all) {
            if (one instanceof ClusterRole role) {
                for (var rule : role.getRules()) {
                    rule.getResources()
                            .forEach(resource ->
                                    rule.getVerbs()
                                            .forEach(verb ->
                                                    rights.add(
                                                            rule.getApiGroups().getFirst()
                                                                    + "/"
                                                                    + resource
                                                                    + " "
                                                                    + verb)));
                }
            }
        }
        return rights;
    }

    @ParameterizedTest
    @ValueSource(strings = {"helm.yaml", "helm-namespaces.yaml", "helm-more.yaml"})
    void theApiServerTakesTheChart(String name) {
        for (HasMetadata one : read(name)) {
            if (one.getKind().startsWith("Role")
                    && !SYSTEM.equals(one.getMetadata().getNamespace())) {
                one.getMetadata().setNamespace(plane.orElseThrow().namespace);
            }
            if (one.getKind().equals("Deployment")) {
                // The one that stands has another selector, which cannot be changed.
                one.getMetadata().setName("chart");
            }
            admin().resource(one).dryRun().forceConflicts().fieldManager("helm").serverSideApply();
        }
    }

    @Test
    void someNamespacesNeedNoRightInTheCluster() {
        List<HasMetadata> all = read("helm-namespaces.yaml");
        assertThat(all)
                .filteredOn(o -> o.getKind().equals("RoleBinding"))
                .extracting(o -> o.getMetadata().getNamespace())
                .containsExactlyInAnyOrder("web", "shop", SYSTEM);
        assertThat(all).extracting(HasMetadata::getKind).doesNotContain("ClusterRoleBinding");
    }

    @Test
    void itsPodsAreAllowedWhereSecurityIsRestricted() {
        var pods = admin().pods().inNamespace(SYSTEM).withLabel("app.kubernetes.io/name", "ebb");
        await().atMost(LONG).until(() -> pods.list().getItems().size() == 2);
        Pod pod = pods.list().getItems().getFirst();
        pod.getSpec().getContainers().getFirst().getSecurityContext().setCapabilities(null);
        Pod worse =
                new PodBuilder()
                        .withNewMetadata()
                        .withName("worse")
                        .withNamespace(SYSTEM)
                        .endMetadata()
                        .withSpec(pod.getSpec())
                        .build();
        assertThatThrownBy(() -> admin().resource(worse).dryRun().create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("violates PodSecurity \"restricted");
    }

    /** With a token of its account, as the operator's pods have one. */
    private KubernetesClient operator() {
        String token =
                admin().serviceAccounts()
                        .inNamespace(SYSTEM)
                        .withName("ebb")
                        .tokenRequest(
                                new TokenRequestBuilder()
                                        .withNewSpec()
                                        .withExpirationSeconds(3_600L)
                                        .endSpec()
                                        .build())
                        .getStatus()
                        .getToken();
        Config config =
                new ConfigBuilder()
                        .withMasterUrl(admin().getMasterUrl().toString())
                        .withCaCertFile(admin().getConfiguration().getCaCertFile())
                        .withAutoConfigure(false)
                        .withOauthToken(token)
                        .withRequestRetryBackoffLimit(0)
                        .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            textBlock =
                    """
                    ebb.dev servicescales list watch
                    ebb.dev servicescales/status patch -
                    '' pods list watch
                    '' pods patch -
                    '' pods/status patch -
                    '' events create -
                    apps deployments list watch
                    apps replicasets list watch
                    apps statefulsets list watch
                    apps statefulsets/scale update -
                    apps deployments/scale update -
                    apps replicasets/scale update -
                    discovery.k8s.io endpointslices list watch
                    autoscaling horizontalpodautoscalers list watch
                    policy poddisruptionbudgets list watch
                    metrics.k8s.io pods list -
                    """)
    void mayDoWhatItNeeds(String group, String resource, String verb, String other) {
        try (KubernetesClient operator = operator()) {
            assertThat(may(operator, group, resource, verb, "")).isTrue();
            assertThat(other.equals("-") || may(operator, group, resource, other, "")).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            textBlock =
                    """
                    '' secrets get
                    '' secrets list
                    '' configmaps get
                    '' pods delete
                    '' pods create
                    '' pods update
                    '' pods/exec create
                    '' pods/eviction create
                    '' nodes list
                    apps deployments update
                    apps deployments patch
                    apps deployments delete
                    apps replicasets patch
                    apps statefulsets update
                    argoproj.io rollouts list
                    argoproj.io rollouts/scale update
                    autoscaling horizontalpodautoscalers patch
                    policy poddisruptionbudgets update
                    ebb.dev servicescales update
                    ebb.dev servicescales delete
                    coordination.k8s.io leases update
                    rbac.authorization.k8s.io clusterroles update
                    """)
    void mayNotDoWhatItDoesNot(String group, String resource, String verb) {
        try (KubernetesClient operator = operator()) {
            assertThat(may(operator, group, resource, verb, "")).isFalse();
        }
    }

    @Test
    void mayHoldItsOwnLeaseAndNoOther() {
        try (KubernetesClient operator = operator()) {
            String group = "coordination.k8s.io";
            assertThat(mayIn(SYSTEM, operator, group, "leases", "update", "ebb")).isTrue();
            assertThat(mayIn(SYSTEM, operator, group, "leases", "create", "")).isTrue();
            assertThat(mayIn(SYSTEM, operator, group, "leases", "update", "other")).isFalse();
            assertThat(mayIn("kube-system", operator, group, "leases", "create", "")).isFalse();
        }
    }

    private boolean may(
            KubernetesClient client, String group, String resource, String verb, String name) {
        return mayIn(plane.orElseThrow().namespace, client, group, resource, verb, name);
    }

    private static boolean mayIn(
            String namespace,
            KubernetesClient client,
            String group,
            String resource,
            String verb,
            String name) {
        String[] parts = resource.split("/", 2);
        var review =
                new SelfSubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withNewResourceAttributes()
                        .withNamespace(namespace)
                        .withGroup(group)
                        .withResource(parts[0])
                        .withSubresource(parts.length > 1 ? parts[1] : "")
                        .withVerb(verb)
                        .withName(name)
                        .endResourceAttributes()
                        .endSpec()
                        .build();
        return client.resource(review).create().getStatus().getAllowed();
    }

    @Test
    void changesNothingOfAPodButItsOwn() {
        ControlPlane here = plane.orElseThrow();
        here.deploy(1);
        await().atMost(LONG)
                .until(() ->
                        admin().pods().inNamespace(here.namespace).list().getItems().size() == 1);
        Pod pod = admin().pods().inNamespace(here.namespace).list().getItems().getFirst();
        try (KubernetesClient operator = operator()) {
            annotate(operator, pod, "ebb.dev/removal");
            annotate(operator, pod, "controller.kubernetes.io/pod-deletion-cost");
            condition(operator, pod, "ebb.dev/in-rotation");

            // The guard is compiled some time after it was applied.
            await().atMost(LONG)
                    .untilAsserted(() ->
                            refused(
                                    () -> annotate(operator, pod, "example.com/other"),
                                    "own annot"));
            refused(() -> condition(operator, pod, "Ready"), "own condition");
            refused(() -> image(operator, pod), "spec of a pod");
            refused(() -> label(operator, pod), "no labels of a pod");
            refused(
                    () -> metadata(operator, pod, Map.of("finalizers", List.of("a.example/b"))),
                    "no finalizers");
            var owner = Map.of("apiVersion", "v1", "kind", "Pod", "name", "x", "uid", "y");
            refused(
                    () -> metadata(operator, pod, Map.of("ownerReferences", List.of(owner))),
                    "no owners");
            refused(() -> status(operator, pod, Map.of("podIP", "10.1.2.3")), "in the status");
            refused(() -> status(operator, pod, Map.of("phase", "Failed")), "in the status");
            var target = new Target(here.namespace, Target.Kind.DEPLOYMENT, ControlPlane.APP);
            var cluster = new Cluster(operator, target, Fence.OPEN);
            PodView now = PodView.of(admin().resource(pod).get());
            for (var since :
                    List.of(Optional.of("2026-11-01T00:00:00Z"), Optional.<String>empty())) {
                assertThat(cluster.mark(now, since)).isEqualTo(new Written.Done());
                PodView after = PodView.of(admin().resource(pod).get());
                assertThat(after.more().parked()).isEqualTo(since.isPresent());
            }
        }
        // Others may, as before.
        annotate(admin(), pod, "example.com/other");
    }

    private static void refused(Runnable write, String why) {
        assertThatThrownBy(write::run)
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("ebb-pods")
                .hasMessageContaining(why);
    }

    private static void annotate(KubernetesClient client, Pod pod, String key) {
        Map<String, Object> meta = Map.of("annotations", Map.of(key, "-1000"));
        write(client, pod, "", Map.of("metadata", meta));
    }

    private static void label(KubernetesClient client, Pod pod) {
        metadata(client, pod, Map.of("labels", Map.of("app", "other")));
    }

    private static void metadata(KubernetesClient client, Pod pod, Map<String, Object> fields) {
        write(client, pod, "", Map.of("metadata", fields));
    }

    private static void status(KubernetesClient client, Pod pod, Map<String, Object> fields) {
        write(client, pod, "status", Map.of("status", fields));
    }

    private static void image(KubernetesClient client, Pod pod) {
        var container = Map.of("name", "main", "image", "another");
        write(client, pod, "", Map.of("spec", Map.of("containers", List.of(container))));
    }

    private static void condition(KubernetesClient client, Pod pod, String type) {
        var condition = Map.of("type", type, "status", "False", "reason", "Parked");
        status(client, pod, Map.of("conditions", List.of(condition)));
    }

    /** By server-side apply, as Ebb writes. */
    private static void write(
            KubernetesClient client, Pod pod, String subresource, Map<String, Object> fields) {
        Map<String, Object> all = new TreeMap<>(fields);
        Map<String, Object> meta = new TreeMap<>(Map.of("name", pod.getMetadata().getName()));
        if (fields.get("metadata") instanceof Map<?, ?> more) {
            more.forEach((k, v) -> meta.put((String) k, v));
        }
        all.put("metadata", meta);
        all.put("apiVersion", "v1");
        all.put("kind", "Pod");
        var serialization = client.getKubernetesSerialization();
        var resource = serialization.convertValue(all, GenericKubernetesResource.class);
        var one =
                client.genericKubernetesResources("v1", "Pod")
                        .inNamespace(pod.getMetadata().getNamespace())
                        .resource(resource);
        if (subresource.isEmpty()) {
            one.fieldManager("ebb").forceConflicts().serverSideApply();
        } else {
            one.subresource(subresource).patch(APPLY, resource);
        }
    }
}
