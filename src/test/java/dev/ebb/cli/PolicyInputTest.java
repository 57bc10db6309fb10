package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Policies that teams have already take part in a backtest, and say what is left out. */
class PolicyInputTest {
    private static final String HPA =
            """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: shop}
            spec:
              minReplicas: 1
              maxReplicas: 100
              metrics:
                - type: Resource
                  resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
            """;

    @TempDir private Path folder;

    private Cli backtest(String policy) throws IOException {
        return backtest("mine.yaml", policy);
    }

    /**
     * With a folder where the name ends as one, and a file that is there where the text is empty.
     */
    private Cli backtest(String name, String policy) throws IOException {
        var lines = new StringBuilder();
        for (int minute = 0; minute < 600; minute++) {
            double load = 100 + 80 * Math.sin(minute / 60.0) + minute % 7;
            lines.append(minute * 60).append(',').append(load).append('\n');
        }
        Path trace = Files.writeString(folder.resolve("shop.csv"), lines);
        Path file = folder.resolve(name);
        if (name.endsWith("/")) {
            Files.createDirectories(file);
        } else if (!policy.isEmpty()) {
            Files.writeString(file, policy);
        }
        return Cli.run(
                "backtest",
                "--trace",
                trace.toString(),
                "--against",
                "hpa,kpa",
                "--policy",
                file.toString(),
                "--json",
                folder.resolve("out.json").toString());
    }

    private double hours(String name) {
        JsonNode root = JsonMapper.shared().readTree(folder.resolve("out.json").toFile());
        for (JsonNode policy : root.get("traces").get(0).get("policies")) {
            if (policy.get("policy").asString().equals(name)) {
                return policy.get("instance_hours").asDouble();
            }
        }
        throw new AssertionError(name);
    }

    @Test
    void aManifestOfHpaDoesWhatTheNamedRivalDoes() throws IOException {
        Cli cli = backtest(HPA);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(hours("mine")).isEqualTo(hours("hpa"));
    }

    @Test
    void aFileNamedAsAYardstickKeepsItsExtension() throws IOException {
        assertThat(backtest("hpa.yaml", HPA).code()).isZero();
        assertThat(hours("hpa.yaml")).isEqualTo(hours("hpa"));
        assertThat(backtest("ebb.yaml", HPA).code()).isZero();
        assertThat(hours("ebb.yaml")).isNotEqualTo(hours("ebb"));
    }

    @Test
    void whatIsNoFileOrNoTextIsSaid() throws IOException {
        Cli none = backtest("none/", HPA);
        assertThat(none.code()).isEqualTo(Exit.USAGE);
        assertThat(none.err()).contains("none: is not a file");
        Files.write(folder.resolve("bytes.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 9});
        Cli bytes = backtest("bytes.yaml", "");
        assertThat(bytes.code()).isEqualTo(Exit.USAGE);
        assertThat(bytes.err()).contains("bytes.yaml: is not text in UTF-8");
    }

    @Test
    void itsBehaviorCounts() throws IOException {
        Cli cli = backtest(HPA + "  behavior: {scaleDown: {selectPolicy: Disabled}}\n");
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(hours("mine")).isGreaterThan(1.2 * hours("hpa"));
    }

    @Test
    void annotationsOfKnativeDoWhatTheNamedRivalDoes() throws IOException {
        Cli cli =
                backtest(
                        """
                        autoscaling.knative.dev/target-utilization-percentage: "70"
                        autoscaling.knative.dev/min-scale: "1"
                        autoscaling.knative.dev/initial-scale: "3"
                        """);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(hours("mine")).isEqualTo(hours("kpa"));
        assertThat(cli.err())
                .contains("mine.yaml:3:1: warning: 'autoscaling.knative.dev/initial-scale' is not");
    }

    @Test
    void whatCannotBeSimulatedOfARangeIsSaid() throws IOException {
        Cli wide = backtest(HPA.replace("maxReplicas: 100", "maxReplicas: 250"));
        assertThat(wide.code()).as(wide.err()).isZero();
        assertThat(wide.err())
                .contains("mine: warning: its maximum of 250 is above the model's; 100 are");
        assertThat(backtest(HPA).err()).doesNotContain("above the model's");

        String knative = "autoscaling.knative.dev/target: \"70\"\n";
        String zero = "it may scale to 0, and the model may not; 1 are simulated";
        assertThat(backtest(knative).err()).contains("mine: warning: " + zero);
        assertThat(backtest(knative + "autoscaling.knative.dev/min-scale: \"1\"\n").err())
                .doesNotContain(zero);
    }

    @Test
    void aScaledObjectIsItsHpa() throws IOException {
        Cli cli =
                backtest(
                        """
                        apiVersion: keda.sh/v1alpha1
                        kind: ScaledObject
                        spec:
                          minReplicaCount: 1
                          cooldownPeriod: 60
                          triggers:
                            - {type: cpu, metricType: Utilization, metadata: {value: "70"}}
                        """);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(hours("mine")).isEqualTo(hours("hpa"));
        assertThat(cli.err()).contains("mine.yaml:5:3: warning: 'cooldownPeriod' is not simulated");
    }

    @Test
    void ebbsOwnPolicyAndSeveralDocuments() throws IOException {
        Cli own =
                backtest(
                        """
                        services:
                          a:
                            run: {command: "./a --port ${port}"}
                            instances: 1..100
                            policy: {objective: {caution: 10}}
                          b:
                            run: {command: "./b --port ${port}"}
                            instances: 1..100
                            route: {path: /b}
                        """);
        assertThat(own.code()).as(own.err()).isZero();
        assertThat(hours("mine:a")).isPositive().isNotEqualTo(hours("ebb"));
        assertThat(hours("mine:b")).isPositive();
        assertThat(own.err()).contains("warning: trials, drains and vetoes are not simulated");
        Cli two = backtest(HPA + "---\n" + HPA.replace("shop", "till").replace("70", "50"));
        assertThat(two.code()).as(two.err()).isZero();
        assertThat(hours("mine:till")).isGreaterThan(hours("mine:shop"));
    }

    @Test
    void schedulesOfEbbsPolicyCount() throws IOException {
        String services =
                """
                services:
                  a: {run: {command: a}, instances: 1..100}
                  b:
                    run: {command: b}
                    instances: 1..100
                    route: {path: /b}
                    policy: {schedules: {name: s, at: "02:00", for: 2h, min: 90}}
                  c:
                    run: {command: c}
                    instances: 1..100
                    route: {path: /c}
                    policy: {schedules: {name: s, at: "05:00", for: 2h, max: 5}}
                """;
        Cli cli = backtest(services);
        assertThat(cli.code()).as(cli.err()).isZero();
        double without = hours("mine:a");
        assertThat(hours("mine:b")).isBetween(2 * 90.0, without + 2 * 90.0);
        assertThat(hours("mine:c")).isLessThan(without);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "averageUtilization: 70|averageUtilization: many|should be a number, not",
                "maxReplicas: 100|maxReplicas: 0|:6:16: 'maxReplicas' should be between",
                "name: cpu|name: memory|warning: the resource 'memory'",
                "type: Resource|type: Thing|should be Resource, ContainerResource",
                "kind: Hori|kind: Verti|there is no HorizontalPodAutoscaler"
            })
    void whatIsWrongIsSaidWithItsPlace(String before, String after, String said)
            throws IOException {
        Cli cli = backtest(HPA.replace(before, after));
        assertThat(cli.code()).isEqualTo(Exit.USAGE);
        assertThat(cli.err()).contains("mine.yaml", said);
    }
}
