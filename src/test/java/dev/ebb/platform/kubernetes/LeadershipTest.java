package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against a real API server, with clocks that are set by hand. */
@Tag("kubernetes")
class LeadershipTest {
    private static final Duration GOOD = Duration.ofSeconds(15);
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final List<String> log = new ArrayList<>();
    private final AtomicLong time = new AtomicLong();
    private Optional<ControlPlane> plane = Optional.empty();

    @BeforeEach
    void open() {
        plane = Optional.of(ControlPlane.open());
    }

    @AfterEach
    void close() {
        plane.ifPresent(ControlPlane::close);
    }

    @Test
    void onlyOneLeadsAndItMayBeFollowedAtOnceWhenItGivesUp() {
        Leadership first = replica("first");
        Leadership second = replica("second");
        first.turn();
        second.turn();
        assertThat(first.leads()).isTrue();
        assertThat(second.leads()).isFalse();
        assertThat(second.holder()).isEqualTo("first");
        first.giveUp();
        second.turn();
        assertThat(second.leads()).isTrue();
        assertThat(first.leads()).isFalse();
    }

    /** Its clock goes on while it is paused, and it finds out before it writes anything. */
    @Test
    void whatALeaderWritesThatWasPausedAcrossItsLeaseHasNoEffect() {
        plane().deploy(2);
        await().atMost(Duration.ofSeconds(60)).until(() -> plane().cluster().pods().size() == 2);
        Leadership first = replica("first");
        Leadership second = replica("second");
        first.turn();
        second.turn();
        var cluster =
                new Cluster(
                        plane().client,
                        new Target(plane().namespace, Target.Kind.DEPLOYMENT, ControlPlane.APP),
                        first);
        PodView pod = cluster.pods().getFirst();
        WorkloadView read = cluster.workload().orElseThrow();
        assertThat(cluster.gate(pod, true, "2026-01-01T00:00:00Z"))
                .isInstanceOf(Written.Done.class);

        time.addAndGet(GOOD.minus(MARGIN).toNanos());
        second.turn();
        assertThat(second.leads()).as("the lease is not over").isFalse();
        assertThat(first.leads()).as("and its holder is silent already").isFalse();
        time.addAndGet(MARGIN.toNanos());
        second.turn();
        assertThat(second.leads()).isTrue();

        assertThat(cluster.gate(pod, false, "2026-01-01T00:00:00Z"))
                .isEqualTo(new Written.Failed("this replica does not lead"));
        assertThat(cluster.intend(pod, Optional.of(new RemovalIntent(2, 1, read.generation()))))
                .isInstanceOf(Written.Failed.class);
        assertThat(cluster.scale(read, 1)).isInstanceOf(Written.Failed.class);
        assertThat(cluster.pods()).noneMatch(p -> p.inRotation().equals(Optional.of(false)));
        assertThat(cluster.workload().orElseThrow().replicas()).isEqualTo(2);
        first.turn();
        assertThat(first.leads()).isFalse();
    }

    /** Without a word there would be two replicas that stand by for ever, and seem to be well. */
    @Test
    void whoMayNotHaveTheLeaseSaysSoOnceAndLeadsWhenItMay() throws Exception {
        String role = "lease-" + plane().namespace;
        var nobody =
                new ConfigBuilder(
                                Config.fromKubeconfig(Files.readString(ControlPlane.kubeconfig())))
                        .withImpersonateUsername(role)
                        .withRequestRetryBackoffLimit(0)
                        .build();
        try (var client = new KubernetesClientBuilder().withConfig(nobody).build()) {
            Leadership replica = replica(client, plane().namespace, "first");
            replica.turn();
            replica.turn();
            assertThat(replica.leads()).isFalse();
            assertThat(replica.refused().orElseThrow())
                    .startsWith("the Lease " + plane().namespace + "/ebb cannot be had")
                    .contains("it has no right to it; apply");
            assertThat(log).hasSize(1);

            grant(role);
            // The API server's authorizer hears of it a moment later.
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> {
                        replica.turn();
                        return replica.leads();
                    });
            assertThat(replica.refused()).isEmpty();
        }
    }

    private void grant(String user) {
        var roles = plane().client.rbac().roles().inNamespace(plane().namespace);
        roles.resource(
                        new RoleBuilder()
                                .withNewMetadata()
                                .withName("lease")
                                .endMetadata()
                                .addNewRule()
                                .withApiGroups("coordination.k8s.io")
                                .withResources("leases")
                                .withVerbs("get", "create", "update")
                                .endRule()
                                .build())
                .create();
        plane().client
                .rbac()
                .roleBindings()
                .inNamespace(plane().namespace)
                .resource(
                        new RoleBindingBuilder()
                                .withNewMetadata()
                                .withName("lease")
                                .endMetadata()
                                .withNewRoleRef("rbac.authorization.k8s.io", "Role", "lease")
                                .addNewSubject("rbac.authorization.k8s.io", "User", user, null)
                                .build())
                .create();
    }

    @Test
    void aLeaseInANamespaceThatIsNotThereIsSaid() {
        String nowhere = "not-" + plane().namespace;
        Leadership replica = replica(plane().client, nowhere, "first");
        replica.turn();
        assertThat(replica.refused().orElseThrow())
                .contains("there is no such namespace; create it, or name another with --lease");
        assertThat(log).containsExactly(replica.refused().orElseThrow());
    }

    private Leadership replica(String identity) {
        return replica(plane().client, plane().namespace, identity);
    }

    private Leadership replica(KubernetesClient client, String namespace, String identity) {
        var settings =
                new Operator.LeaseSettings(namespace, "ebb", GOOD, MARGIN, Duration.ofSeconds(2));
        return new Leadership(client, settings, identity, time::get, log::add);
    }

    private ControlPlane plane() {
        return plane.orElseThrow();
    }
}
