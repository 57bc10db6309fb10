package dev.ebb.sim.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.sim.lab.rival.HpaBehavior.Kind;
import dev.ebb.sim.lab.rival.HpaBehavior.Policy;
import dev.ebb.sim.lab.rival.HpaBehavior.Rules;
import dev.ebb.sim.lab.rival.HpaBehavior.Select;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** The HPA decides as Kubernetes' own tables say, in every case that is there. */
class HpaVectorsTest {
    private static final double NOW = 1e6;

    @TestFactory
    Stream<DynamicTest> utilizationOfAResource() {
        return cases(
                Vectors.read("hpa_resource.json"),
                c -> {
                    int target = c.get("targetUtilization").asInt();
                    HpaPods pods = HpaPods.none();
                    for (JsonNode pod : c.get("pods")) {
                        pods =
                                pods.and(
                                        state(pod),
                                        number(pod, "request"),
                                        number(pod, "usage"),
                                        target);
                    }
                    int current = c.get("currentReplicas").asInt();
                    int wanted = HpaCalculator.DEFAULT.resource(current, target, pods);
                    JsonNode expected = c.get("expectedReplicas");
                    if (expected.isNull()) {
                        assertThat(wanted).isEqualTo(HpaCalculator.INVALID);
                        return;
                    }
                    assertThat(wanted).as("replicas").isEqualTo(expected.asInt());
                    JsonNode utilization = c.path("expectedUtilization");
                    if (utilization.isNumber()) {
                        assertThat(HpaCalculator.utilization(pods)).isEqualTo(utilization.asInt());
                    }
                });
    }

    private static HpaPods.State state(JsonNode pod) {
        String state = pod.get("state").asString().toLowerCase(Locale.ROOT);
        return switch (state) {
            case "ready", "running", "succeeded" -> HpaPods.State.READY;
            case "unready", "pending", "unscheduled" -> HpaPods.State.UNREADY;
            case "missing" -> HpaPods.State.MISSING;
            case "ignored", "failed", "deleted", "deleting", "terminating" -> HpaPods.State.IGNORED;
            default -> throw new IllegalArgumentException("state " + state);
        };
    }

    private static long number(JsonNode object, String key) {
        JsonNode value = object.path(key);
        return value.isNumber() ? value.asLong() : 0;
    }

    @TestFactory
    Stream<DynamicTest> metricsOfPods() {
        return cases(
                Vectors.read("hpa_custom_metrics.json").get("pods"),
                c -> {
                    long sum = 0;
                    for (JsonNode value : c.get(3)) {
                        sum += value.asLong();
                    }
                    int count = c.get(3).size();
                    var pods = new HpaPods(count, sum, 0, 0, 0, 0, 0, 0);
                    int current = c.get(1).asInt();
                    assertThat(HpaCalculator.DEFAULT.pods(current, c.get(2).asLong(), pods))
                            .isEqualTo(c.get(4).asInt());
                    assertThat(sum / count).as("reported").isEqualTo(c.get(5).asLong());
                });
    }

    @TestFactory
    Stream<DynamicTest> valueOfAnObject() {
        return cases(
                Vectors.read("hpa_custom_metrics.json").get("value"),
                c ->
                        assertThat(
                                        HpaCalculator.DEFAULT.value(
                                                c.get(1).asInt(),
                                                c.get(2).asLong(),
                                                c.get(3).asLong(),
                                                c.get(4).asInt()))
                                .isEqualTo(c.get(5).asInt()));
    }

    @TestFactory
    Stream<DynamicTest> valuePerPod() {
        return cases(
                Vectors.read("hpa_custom_metrics.json").get("averageValue"),
                c -> {
                    int replicas = c.get(1).asInt();
                    long total = c.get(3).asLong();
                    assertThat(
                                    HpaCalculator.DEFAULT.averageValue(
                                            replicas, c.get(2).asLong(), total))
                            .isEqualTo(c.get(4).asInt());
                    assertThat(HpaCalculator.reportedAverage(replicas, total))
                            .as("reported")
                            .isEqualTo(c.get(5).asLong());
                });
    }

    @TestFactory
    Stream<DynamicTest> policiesOfABehaviour() {
        return cases(
                Vectors.read("hpa_behavior_rate.json"),
                c -> {
                    var limited =
                            HpaLimits.behavior(
                                    new HpaBehavior(rules(c.get("up")), rules(c.get("down"))),
                                    c.get("current").asInt(),
                                    c.get("desired").asInt(),
                                    c.get("min").asInt(),
                                    c.get("max").asInt(),
                                    events(c.get("scaleUpEvents")),
                                    events(c.get("scaleDownEvents")),
                                    NOW);
                    assertThat(limited.replicas()).isEqualTo(c.get("expected").asInt());
                    if (c.path("condition").isString()) {
                        assertThat(limited.condition().name().replace("_", ""))
                                .isEqualToIgnoringCase(c.get("condition").asString());
                    }
                });
    }

    private static Rules rules(JsonNode node) {
        List<Policy> policies = new ArrayList<>();
        for (JsonNode policy : node.get("policies")) {
            policies.add(
                    new Policy(
                            Kind.valueOf(policy.get(0).asString().toUpperCase(Locale.ROOT)),
                            policy.get(1).asInt(),
                            policy.get(2).asInt()));
        }
        String select = node.get("select").asString().toUpperCase(Locale.ROOT);
        return new Rules(
                Select.valueOf(select),
                policies,
                node.path("window").asInt(0),
                OptionalDouble.empty());
    }

    private static ScaleEvents events(JsonNode list) {
        var events = new ScaleEvents(Double.POSITIVE_INFINITY);
        byAge(list, (age, change) -> events.add(NOW - age, change));
        return events;
    }

    @TestFactory
    Stream<DynamicTest> stabilizationWithABehaviour() {
        return cases(
                Vectors.read("hpa_stabilization.json").get("withBehavior"),
                c ->
                        assertThat(
                                        recommendations(c.get(3))
                                                .stabilized(
                                                        c.get(1).asInt(),
                                                        c.get(2).asInt(),
                                                        c.get(4).asDouble(),
                                                        c.get(5).asDouble(),
                                                        NOW))
                                .isEqualTo(c.get(6).asInt()));
    }

    @TestFactory
    Stream<DynamicTest> stabilizationWithoutOne() {
        return cases(
                Vectors.read("hpa_stabilization.json").get("noBehavior300s"),
                c ->
                        assertThat(recommendations(c.get(2)).highest(c.get(1).asInt(), 300, NOW))
                                .isEqualTo(c.get(3).asInt()));
    }

    private static Recommendations recommendations(JsonNode list) {
        var recommendations = new Recommendations(Double.POSITIVE_INFINITY);
        byAge(list, (age, wanted) -> recommendations.add(NOW - age, wanted));
        return recommendations;
    }

    private interface Aged {
        void at(double age, int number);
    }

    /** Pairs of a number and an age, the oldest first. */
    private static void byAge(JsonNode list, Aged each) {
        List<JsonNode> pairs = new ArrayList<>();
        list.forEach(pairs::add);
        pairs.sort((a, b) -> Double.compare(b.get(1).asDouble(), a.get(1).asDouble()));
        pairs.forEach(pair -> each.at(pair.get(1).asDouble(), pair.get(0).asInt()));
    }

    private interface Check {
        void of(JsonNode one);
    }

    private static Stream<DynamicTest> cases(JsonNode list, Check check) {
        assertThat(list).as("cases").isNotEmpty();
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode one : list) {
            String name = (one.isArray() ? one.get(0) : one.get("name")).asString();
            tests.add(DynamicTest.dynamicTest(name, () -> check.of(one)));
        }
        return tests.stream();
    }
}
