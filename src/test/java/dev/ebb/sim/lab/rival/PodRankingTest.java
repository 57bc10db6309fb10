package dev.ebb.sim.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.sim.lab.rival.PodRanking.Phase;
import dev.ebb.sim.lab.rival.PodRanking.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Pods go in the order that Kubernetes' own pairs say. */
class PodRankingTest {

    @TestFactory
    Stream<DynamicTest> theFirstOfEachPairGoesFirst() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode pair : Vectors.read("replicaset_rank_pairs.json")) {
            String name = name(pair, "first") + " before " + name(pair, "second");
            tests.add(DynamicTest.dynamicTest(name, () -> check(pair)));
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static String name(JsonNode pair, String which) {
        return pair.get(which).get("name").asString();
    }

    private static void check(JsonNode pair) {
        var ranking = new PodRanking(isLogarithmic(pair));
        Pod first = pod(pair.get("first"), pair.path("firstRank").asInt(0));
        Pod second = pod(pair.get("second"), pair.path("secondRank").asInt(0));
        assertThat(ranking.compare(first, second)).isNegative();
        assertThat(ranking.compare(second, first)).isPositive();
    }

    /** The gate, if the pair says something about it. */
    private static boolean isLogarithmic(JsonNode pair) {
        return pair.properties().stream()
                .filter(e -> e.getValue().isBoolean() || e.getValue().isNumber())
                .filter(e -> e.getKey().toLowerCase(Locale.ROOT).matches(".*(log|gate).*"))
                .map(e -> e.getValue().asBoolean() || e.getValue().asInt(0) != 0)
                .findFirst()
                .orElse(true);
    }

    private static Pod pod(JsonNode pod, int rank) {
        return new Pod(
                pod.path("uid").asString(""),
                pod.path("node").asString(""),
                Phase.valueOf(pod.get("phase").asString().toUpperCase(Locale.ROOT)),
                pod.get("ready").asInt(0) != 0 || pod.get("ready").asBoolean(false),
                pod.path("cost").asInt(0),
                rank,
                age(pod.path("readyAge")),
                pod.path("restarts").asInt(0),
                age(pod.path("createdAge")));
    }

    private static OptionalDouble age(JsonNode node) {
        return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
    }

    @Test
    void equalAgesByPowersOfTwoGoByTheirIds() {
        Pod b = running("b", 100);
        Pod a = running("a", 101);
        assertThat(new PodRanking(true).compare(a, b)).isNegative();
        assertThat(new PodRanking(false).compare(a, b)).isPositive();
    }

    private static Pod running(String uid, double age) {
        return new Pod(
                uid,
                "n",
                Phase.RUNNING,
                true,
                0,
                1,
                OptionalDouble.of(age),
                0,
                OptionalDouble.of(age));
    }
}
