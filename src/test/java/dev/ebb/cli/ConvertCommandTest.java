package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Other autoscalers' manifests become ServiceScales, and what is lost on the way is said. */
class ConvertCommandTest {
    private static final String HPA =
            """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata:
              name: shop
              namespace: web
              creationTimestamp: "2026-01-02T03:04:05Z"
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
              minReplicas: 3
              maxReplicas: 30
              metrics:
              - type: Resource
                resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
              - type: Resource
                resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}
              behavior:
                scaleDown:
                  stabilizationWindowSeconds: 600
                  policies:
                  - {type: Percent, value: 10, periodSeconds: 60}
            status: {currentReplicas: 4, desiredReplicas: 4}
            """;

    private static final String KEDA =
            """
            apiVersion: keda.sh/v1alpha1
            kind: ScaledObject
            metadata:
              name: orders
              annotations: {autoscaling.keda.sh/paused: "true"}
            spec:
              scaleTargetRef: {name: orders}
              pollingInterval: 30
              cooldownPeriod: 300
              minReplicaCount: 0
              maxReplicaCount: 50
              advanced:
                horizontalPodAutoscalerConfig:
                  behavior:
                    scaleDown: {stabilizationWindowSeconds: 120}
              triggers:
              - type: cpu
                metricType: Utilization
                metadata: {value: "65"}
              - type: kafka
                metadata: {topic: orders, lagThreshold: "50"}
            """;

    @TempDir private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("mine.yaml"), text);
    }

    private Cli convert(String text, String... more) throws IOException {
        String[] args = new String[more.length + 2];
        args[0] = "convert";
        args[1] = file(text).toString();
        System.arraycopy(more, 0, args, 2, more.length);
        return Cli.run(args);
    }

    @Test
    void takesOverWhatAnHpaSays() throws IOException {
        Cli cli = convert(HPA);

        assertThat(cli.code()).isEqualTo(Exit.OK);
        assertThat(cli.out())
                .isEqualTo(
                        """
                        # From the HorizontalPodAutoscaler shop; it acts with mode: automatic
                        apiVersion: ebb.dev/v1alpha1
                        kind: ServiceScale
                        metadata:
                          name: shop
                          namespace: web
                        spec:
                          targetRef:
                            apiVersion: apps/v1
                            kind: Deployment
                            name: shop
                          mode: observe
                          minReplicas: 3
                          maxReplicas: 30
                          targets:
                            cpuPercent: 70
                          scaleIn:
                            stabilizationSeconds: 600
                        """);
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("mine.yaml:15:15", "sizing by memory"),
                        line ->
                                assertThat(line)
                                        .contains("mine.yaml:20:7", "a rate of scaling in"));
    }

    @Test
    void takesOverWhatAScaledObjectSays() throws IOException {
        Cli cli = convert(KEDA);

        assertThat(cli.code()).isEqualTo(Exit.OK);
        assertThat(cli.out())
                .contains("name: orders", "minReplicas: 1\n", "maxReplicas: 50\n")
                .contains("cpuPercent: 65\n", "stabilizationSeconds: 120\n")
                .contains("apiVersion: apps/v1\n    kind: Deployment\n")
                .doesNotContain("namespace:");
        assertThat(cli.err())
                .contains("paused", "'pollingInterval' has no equivalent")
                .contains("'cooldownPeriod'", "scaling to 0", "the trigger 'kafka'");
        assertThat(cli.err().lines()).hasSize(5);
    }

    @Test
    void strictTellsProgramsThatSomethingIsLost() throws IOException {
        assertThat(convert(HPA, "--strict").code()).isEqualTo(4);
        String whole = HPA.replaceAll("(?s)  - type: Resource\n    resource: .name: memory.*", "");
        Cli cli = convert(whole, "--strict");
        assertThat(cli.err()).isEmpty();
        assertThat(cli.code()).isEqualTo(Exit.OK);
        assertThat(cli.out()).contains("cpuPercent: 70");
    }

    @Test
    void readsListsAsKubectlGivesThem() throws IOException {
        String list =
                """
                {"apiVersion": "v1", "kind": "List", "items": [
                 {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
                  "metadata": {"name": "a"},
                  "spec": {"maxReplicas": 5, "targetCPUUtilizationPercentage": 50,
                   "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}}},
                 {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "passed-over"}},
                 {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
                  "metadata": {"name": "yes"},
                  "spec": {"maxReplicas": 5,
                   "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}}}
                ]}
                """;
        Cli cli = convert(list, "--json");

        assertThat(cli.code()).isEqualTo(Exit.OK);
        assertThat(cli.err()).isEmpty();
        JsonNode root = JsonMapper.shared().readTree(cli.out());
        assertThat(root.get("scales")).hasSize(2);
        JsonNode second = root.get("scales").get(1);
        assertThat(second.get("metadata").get("name").asString()).isEqualTo("yes");
        // What the API fills in where no metric is given.
        assertThat(second.get("spec").get("targets").get("cpuPercent").asInt()).isEqualTo(80);
        assertThat(root.get("problems")).hasSize(1);
        assertThat(root.get("problems").get(0).get("text").asString())
                .contains("the same target as line 2");
        assertThat(convert(list).out()).contains("\n---\n", "name: \"yes\"");
    }

    @Test
    void readsStdin() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(HPA.getBytes(StandardCharsets.UTF_8)));
        try {
            Cli cli = Cli.run("convert", "-");
            assertThat(cli.code()).isEqualTo(Exit.OK);
            assertThat(cli.out()).contains("name: shop");
            assertThat(cli.err()).contains("stdin:15:15");
        } finally {
            System.setIn(before);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    maxReplicas: 30 | spare: 1 | 'maxReplicas' is missing
                    minReplicas: 3 | minReplicas: 31 | is more than 'maxReplicas'
                    minReplicas: 3 | minReplicas: three | 'minReplicas' should be a number
                    autoscaling/v2 | autoscaling/v2beta1 | is not read
                    name: shop} | name: Shop_1} | should be a name of Kubernetes
                    kind: Horizontal | kind: Vertical | there is no HorizontalPodAutoscaler
                    averageUtilization: 70 | averageUtilization: -1 | should be between 1.0
                    type: Resource | type: Weather | 'type' should be Resource
                    autoscaling/v2 | serving.knative.dev/v1 | Knative scales its revisions itself
                    """)
    void refusesWhatIsWrong(String was, String is, String said) throws IOException {
        assertThat(HPA).contains(was);
        Cli cli = convert(HPA.replace(was, is));

        assertThat(cli.code()).isEqualTo(Exit.USAGE);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err()).contains(said);
    }

    @Test
    void keepsToTheLimitsOfTheSchemaAndSaysSo() throws IOException {
        Cli cli =
                convert(
                        HPA.replace("maxReplicas: 30", "maxReplicas: 9000")
                                .replace("averageUtilization: 70", "averageUtilization: 250")
                                .replace("minReplicas: 3", "minReplicas: 0"));

        assertThat(cli.code()).isEqualTo(Exit.OK);
        assertThat(cli.out())
                .contains("minReplicas: 1\n", "maxReplicas: 5000\n", "cpuPercent: 200\n");
        assertThat(cli.err())
                .contains("scaling to 0", "more than 5000 pods", "more than 200 % of CPU");
    }

    @Test
    void saysWhenNothingOfItIsCpu() throws IOException {
        Cli cli = convert(KEDA.replaceAll("(?s)- type: cpu.*?(?=- type)", ""));

        assertThat(cli.code()).isEqualTo(Exit.OK);
        assertThat(cli.out()).doesNotContain("cpuPercent");
        assertThat(cli.err()).contains("nothing of it is a use of CPU");
    }

    @Test
    void saysThatAStatefulSetWouldOnlyBeHeld() throws IOException {
        Cli cli = convert(HPA.replace("kind: Deployment", "kind: StatefulSet"));

        assertThat(cli.code()).isEqualTo(Exit.OK);
        assertThat(cli.err())
                .contains("of a StatefulSet only the pod with the highest number can go");
    }

    @Test
    void namesAFileThatIsNotThere() {
        Cli cli = Cli.run("convert", folder.resolve("none.yaml").toString());

        assertThat(cli.code()).isEqualTo(Exit.FAILED);
        assertThat(cli.err()).contains("there is no such file");
    }
}
