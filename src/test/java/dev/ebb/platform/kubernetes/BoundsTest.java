package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What bounds a number besides the load, on a real control plane. */
@Tag("kubernetes")
@Timeout(240)
class BoundsTest extends OperatorRig {
    private static final String BACK = "back";

    private static final Map<String, Object> ONE_AN_HOUR =
            Map.of(
                    "scaleIn",
                    Map.of(
                            "windowSeconds", 2,
                            "stabilizationSeconds", 3,
                            "freshnessSeconds", 5,
                            "perHour", 1));

    /** Of three pods that nobody needs one goes in an hour, whoever leads. */
    @Test
    void theHourBindsTheNextOperatorToo() throws Exception {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE / 3));
        Operator first = start();
        apply("automatic", 1, 4, "Deployment", ONE_AN_HOUR);
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        await().atMost(LONG).until(() -> status("parks").isPresent());
        await().atMost(LONG).until(() -> holds().contains("per_hour"));
        first.close();
        log.clear();

        start();
        await().atMost(LONG).until(() -> !lines("is looked after").isEmpty());
        await().atMost(LONG).until(() -> holds().contains("1 pod parked within an hour, 1 may be"));
        assertThat(lines("park ")).isEmpty();
        assertThat(replicas()).isEqualTo(2);

        apply("automatic", 1, 4);
        await().atMost(LONG).until(() -> replicas() == 1 && settled());
        assertThat(List.copyOf(lines("remove "))).hasSize(1);
    }

    /** Whoever serves the shop stays with it, and goes when it has gone. */
    @Test
    void nobodyGoesWhomACallerNeeds() throws Exception {
        plane().deployServers(3);
        deployBack(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE / 3));
        open(new PodLoad(plane().client, namespace(), back(), LITTLE / 3));
        start();
        apply("automatic", 1, 4, "Deployment", Map.of("minReplicas", 3));
        applyBack();
        await().atMost(LONG).until(() -> statusOfBack().contains("shop"));
        await().atMost(LONG).until(() -> statusOfBack().contains("wanted=3"));

        // The shop is not needed any more, and then nobody needs who served it.
        apply("automatic", 1, 4);
        await().atMost(LONG).until(() -> replicas() == 1 && settled());
        await().atMost(LONG).until(() -> replicasOfBack() == 1);
        List<String> removed = log.stream().filter(l -> l.contains(" remove ")).toList();
        assertThat(removed.getFirst()).as("the caller goes first").contains("/shop remove");
        assertThat(removed).filteredOn(l -> l.contains("/back remove")).hasSize(2);
    }

    /** The window opens at the next full minute, and stays open for one. */
    @Test
    void aScheduledFloorIsThereWhenItsWindowOpensAndGoesWithIt() throws Exception {
        plane().deployServers(1);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE / 3));
        start();
        ZonedDateTime opens =
                ZonedDateTime.now(ZoneOffset.UTC)
                        .plusSeconds(20)
                        .truncatedTo(ChronoUnit.MINUTES)
                        .plusMinutes(1);
        var opening =
                Map.of(
                        "name",
                        "opening",
                        "at",
                        List.of(DateTimeFormatter.ofPattern("HH:mm").format(opens)),
                        "forSeconds",
                        60,
                        "minReplicas",
                        3);
        apply("automatic", 1, 4, "Deployment", Map.of("schedules", List.of(opening)));
        await().atMost(LONG).until(() -> replicas() == 3);
        await().atMost(LONG).until(() -> String.valueOf(status("reasons")).contains("opening"));
        await().atMost(LONG).until(() -> settled() && Instant.now().isAfter(opens.toInstant()));

        await().atMost(LONG.multipliedBy(2)).until(() -> !parked().isEmpty());
        assertThat(Instant.now()).isAfter(opens.plusSeconds(60).toInstant());
        await().atMost(LONG).until(() -> replicas() == 1 && settled());
    }

    /** Three of four stand in one zone: two of these go, and both zones keep one. */
    @Test
    void thoseGoWhoseZoneHasMost() throws Exception {
        plane().deployServers(4);
        await().atMost(LONG).until(() -> cluster().pods().size() == 4);
        List<PodView> pods = cluster().pods();
        for (int i = 0; i < pods.size(); i++) {
            label(pods.get(i).name(), i == 0 ? "here" : "there");
        }
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        apply("automatic", 1, 4, "Deployment", Map.of("minReplicas", 2));
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        assertThat(cluster().pods())
                .as(() -> String.join("\n", log))
                .extracting(p -> p.more().labels().get(PodAddress.ZONE))
                .containsExactlyInAnyOrder("here", "there");
    }

    private void label(String pod, String zone) {
        Edits.edit(
                plane().client.pods().inNamespace(namespace()).withName(pod),
                p ->
                        p.edit()
                                .editMetadata()
                                .addToLabels(PodAddress.ZONE, zone)
                                .endMetadata()
                                .build());
    }

    // ---- A second workload, which serves the first

    private Cluster back() {
        return new Cluster(
                plane().client,
                new Target(
                        namespace(), Target.Kind.of("apps/v1", "Deployment").orElseThrow(), BACK),
                Fence.OPEN);
    }

    private int replicasOfBack() {
        return back().workload().orElseThrow().replicas();
    }

    private void deployBack(int replicas) {
        Map<String, String> labels = Map.of("app", BACK);
        plane().client
                .apps()
                .deployments()
                .inNamespace(namespace())
                .resource(
                        new DeploymentBuilder()
                                .withNewMetadata()
                                .withName(BACK)
                                .endMetadata()
                                .withNewSpec()
                                .withReplicas(replicas)
                                .withNewSelector()
                                .withMatchLabels(labels)
                                .endSelector()
                                .withTemplate(
                                        ControlPlane.template(
                                                labels, List.of("sleep", "600"), false))
                                .endSpec()
                                .build())
                .create();
    }

    private void applyBack() {
        applyAs(
                BACK,
                "automatic",
                1,
                4,
                "Deployment",
                Map.of(
                        "notBelow",
                        List.of(Map.of("serviceScale", ControlPlane.APP, "ratio", 1.0))));
    }

    private String statusOfBack() {
        return String.valueOf(
                scales().withName(BACK).get().getAdditionalProperties().get("status"));
    }

    private String holds() {
        return status("holds").map(Object::toString).orElse("");
    }
}
