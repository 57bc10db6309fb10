package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.platform.kubernetes.Survey.Found;
import dev.ebb.platform.kubernetes.Surveyed.Obstacle;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** With an account that may get and list, and nothing else; on a real control plane. */
@Tag("kubernetes")
@Timeout(120)
class SurveyTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String READER = "reader";
    private static final String AUDITED = "ebb-system";

    @TempDir private Path folder;

    @Test
    void seesWhatCouldGoAndWritesNothing() throws Exception {
        try (ControlPlane plane = ControlPlane.open()) {
            PodLoad.define(plane.client);
            plane.deploy(4);
            Access access = new Access(Optional.of(reader(plane)), Optional.empty());
            Optional<String> namespace = Optional.of(plane.namespace);
            try (PodLoad _ = new PodLoad(plane.client, plane.namespace, plane.cluster(), 0.08)) {
                await().atMost(LONG)
                        .until(() -> one(Survey.read(access, namespace, (_, _) -> {})) == 4);
            }
            Found found = Survey.read(access, namespace, (_, _) -> {});
            assertThat(found.noMetrics()).isEmpty();
            Surveyed shop = found.workloads().getFirst();
            assertThat(found.workloads()).hasSize(1);
            assertThat(shop.kind()).isEqualTo("Deployment");
            assertThat(shop.replicas()).isEqualTo(4);
            assertThat(shop.requestCores()).hasValue(0.1);
            assertThat(shop.usedCores()).isPresent();
            assertThat(shop.autoscaler()).isEmpty();
            assertThat(shop.obstacles()).extracting(Obstacle::code).doesNotContain("no_gate");

            assertThatThrownBy(() -> Survey.read(access, Optional.empty(), (_, _) -> {}))
                    .isInstanceOf(Access.RefusedException.class)
                    .hasMessageContaining("a right is missing")
                    .hasMessageContaining("--namespace NAME");
            assertThat(verbs(plane.namespace)).isSubsetOf(Set.of("get", "list"));
            assertThat(verbs(plane.namespace)).isNotEmpty();
        }
    }

    /** How many pods of the one workload have figures. */
    private static int one(Found found) {
        return found.workloads().isEmpty() ? 0 : found.workloads().getFirst().measured();
    }

    private Path reader(ControlPlane plane) throws IOException {
        var inside = plane.client;
        // Of the accounts in this namespace the API server writes down what they ask for.
        inside.namespaces()
                .resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(AUDITED)
                                .endMetadata()
                                .build())
                .serverSideApply();
        inside.serviceAccounts()
                .inNamespace(AUDITED)
                .resource(
                        new ServiceAccountBuilder()
                                .withNewMetadata()
                                .withName(plane.namespace)
                                .endMetadata()
                                .build())
                .create();
        var rule =
                new PolicyRuleBuilder()
                        .withApiGroups("", "apps", "autoscaling", "policy", "metrics.k8s.io")
                        .withResources(
                                "pods",
                                "deployments",
                                "replicasets",
                                "statefulsets",
                                "horizontalpodautoscalers",
                                "poddisruptionbudgets")
                        .withVerbs("get", "list")
                        .build();
        inside.rbac()
                .roles()
                .inNamespace(plane.namespace)
                .resource(
                        new RoleBuilder()
                                .withNewMetadata()
                                .withName(READER)
                                .endMetadata()
                                .withRules(rule)
                                .build())
                .create();
        inside.rbac()
                .roleBindings()
                .inNamespace(plane.namespace)
                .resource(
                        new RoleBindingBuilder()
                                .withNewMetadata()
                                .withName(READER)
                                .endMetadata()
                                .withNewRoleRef("rbac.authorization.k8s.io", "Role", READER)
                                .addNewSubject("", "ServiceAccount", plane.namespace, AUDITED)
                                .build())
                .create();
        String token =
                inside.serviceAccounts()
                        .inNamespace(AUDITED)
                        .withName(plane.namespace)
                        .tokenRequest(
                                new TokenRequestBuilder()
                                        .withNewSpec()
                                        .withExpirationSeconds(3_600L)
                                        .endSpec()
                                        .build())
                        .getStatus()
                        .getToken();
        String text = Files.readString(ControlPlane.kubeconfig());
        assertThat(text).contains("\"token\":");
        return Files.writeString(
                folder.resolve("reader.kubeconfig"),
                text.replaceFirst("\"token\": \"[^\"]*\"", "\"token\": \"" + token + "\""));
    }

    /** What the account asked for in all, as the API server has written it down. */
    private static Set<String> verbs(String namespace) throws IOException {
        String user = "system:serviceaccount:" + AUDITED + ":" + namespace;
        Path audit = Path.of(System.getenv("EBB_TEST_KUBE"), "audit.log");
        Set<String> verbs = new TreeSet<>();
        for (String line : List.copyOf(Files.readAllLines(audit))) {
            var asked = JsonMapper.shared().readTree(line);
            if (asked.at("/user/username").asString().equals(user) && asked.has("objectRef")) {
                verbs.add(asked.get("verb").asString());
            }
        }
        return verbs;
    }
}
