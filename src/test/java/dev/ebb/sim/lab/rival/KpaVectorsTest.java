package dev.ebb.sim.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Knative's autoscaler decides as its own tests say, step by step. */
class KpaVectorsTest {
    /** An option that nobody reads would be a case that proves nothing. */
    private static final Set<String> KNOWN =
            Set.of(
                    "pre",
                    "ready0",
                    "panic_thr",
                    "up",
                    "down",
                    "window",
                    "stable_window",
                    "delay",
                    "activation",
                    "activation_scale",
                    "act",
                    "reachable");

    @TestFactory
    Stream<DynamicTest> everyStepOfEveryScenario() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode scenario : Vectors.read("kpa_scale.json")) {
            tests.add(
                    DynamicTest.dynamicTest(scenario.get("name").asString(), () -> play(scenario)));
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static void play(JsonNode scenario) {
        KpaScaler scaler = scaler(scenario);
        int number = 0;
        for (JsonNode step : scenario.get("steps")) {
            String what = "step " + number++;
            Optional<KpaScaler.Scale> scale =
                    scaler.scale(
                            step.get("t").asDouble(),
                            step.get("ready").asInt(),
                            load(step.path("stable")),
                            load(step.path("panic")));
            JsonNode desired = step.path("desired");
            if (!desired.isNumber()) {
                assertThat(scale).as(what).isEmpty();
                continue;
            }
            assertThat(scale).as(what).isPresent();
            assertThat(scale.orElseThrow().desired()).as(what).isEqualTo(desired.asInt());
            JsonNode excess = step.path("excessBurst");
            if (excess.isNumber()) {
                // The tests that the cases are from allow one, for what they round.
                assertThat(scale.orElseThrow().excessBurst())
                        .as(what)
                        .isCloseTo(excess.asInt(), Offset.offset(1));
            }
        }
    }

    private static double load(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }

    private static KpaScaler scaler(JsonNode scenario) {
        JsonNode opts = scenario.path("opts");
        for (Map.Entry<String, JsonNode> opt : opts.properties()) {
            assertThat(KNOWN).as("options of a scenario").contains(opt.getKey());
        }
        var settings =
                new KpaScaler.Settings(
                        scenario.get("target").asDouble(),
                        scenario.get("totalPerPod").asDouble(),
                        scenario.get("targetBurstCapacity").asDouble(),
                        number(opts, 2, "panic_thr"),
                        number(opts, 10, "up"),
                        number(opts, 10, "down"),
                        number(opts, 60, "window", "stable_window"),
                        number(opts, 0, "delay"),
                        (int) number(opts, 1, "activation", "activation_scale", "act"),
                        opts.path("reachable").asBoolean(true));
        var scaler = new KpaScaler(settings, (int) number(opts, 1, "ready0"), 0);
        JsonNode pre = opts.path("pre");
        if (pre.isArray()) {
            scaler.panic(pre.get(0).asDouble(), pre.get(1).asInt());
        }
        return scaler;
    }

    private static double number(JsonNode opts, double otherwise, String... names) {
        for (String name : names) {
            if (opts.path(name).isNumber()) {
                return opts.get(name).asDouble();
            }
        }
        return otherwise;
    }
}
