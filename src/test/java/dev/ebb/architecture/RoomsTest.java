package dev.ebb.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rooms keep their walls; and each rule is seen to fail on code that breaks it. */
class RoomsTest {
    private static final ImportOption NO_TESTS = at -> !at.contains("/test-classes/");

    /** The rule that must notice, by the class in {@code src/test/java/broken} that breaks it. */
    private static final Map<String, List<String>> BROKEN =
            Map.ofEntries(
                    Map.entry(
                            "core has no clock and no chance of its own",
                            List.of("broken.core.ReadsTheClock", "broken.core.RollsDice")),
                    Map.entry(
                            "core has no threads, I/O or logging",
                            List.of(
                                    "broken.core.StartsThreads",
                                    "broken.core.ReadsFiles",
                                    "broken.core.Logs")),
                    Map.entry(
                            "core imports java.base and JSpecify only",
                            List.of("broken.core.Logs")),
                    Map.entry("core imports inwards only", List.of("broken.core.ImportsControl")),
                    Map.entry(
                            "balance imports inwards only",
                            List.of("broken.balance.ImportsControl")),
                    Map.entry(
                            "balance has no clock and no chance of its own",
                            List.of("broken.balance.ReadsTheClock")),
                    Map.entry(
                            "balance has no threads, I/O or logging",
                            List.of("broken.balance.StartsThreads")),
                    Map.entry(
                            "control imports inwards only",
                            List.of("broken.control.ImportsGateway")),
                    Map.entry(
                            "observe imports inwards only",
                            List.of("broken.observe.ImportsGateway")),
                    Map.entry("gateway imports inwards only", List.of("broken.gateway.ImportsSim")),
                    Map.entry(
                            "config imports inwards only", List.of("broken.config.ImportsGateway")),
                    Map.entry("sim imports inwards only", List.of("broken.sim.ImportsGateway")),
                    Map.entry("io.netty.. stays at home", List.of("broken.observe.UsesNetty")),
                    Map.entry(
                            "io.fabric8.. stays at home", List.of("broken.observe.UsesKubernetes")),
                    Map.entry("picocli.. stays at home", List.of("broken.observe.UsesPicocli")));

    /** Read once: with all that they refer to, there are many. */
    private static final JavaClasses REAL =
            new ClassFileImporter().withImportOption(NO_TESTS).importPackages("dev.ebb");

    @TestFactory
    Stream<DynamicTest> theRoomsKeepTheirWalls() {
        assertThat(REAL).hasSizeGreaterThan(100);
        return new Rooms("dev.ebb")
                .rules().entrySet().stream()
                        .map(rule ->
                                DynamicTest.dynamicTest(
                                        rule.getKey(), () -> rule.getValue().check(REAL)));
    }

    @TestFactory
    Stream<DynamicTest> aBrokenRuleIsNoticed() {
        JavaClasses broken = new ClassFileImporter().importPackages("broken");
        Map<String, ArchRule> rules = new Rooms("broken").rules();
        return BROKEN.entrySet().stream()
                .map(entry ->
                        DynamicTest.dynamicTest(
                                entry.getKey(),
                                () -> notices(rules, entry.getKey(), entry.getValue(), broken)));
    }

    private static void notices(
            Map<String, ArchRule> rules, String name, List<String> culprits, JavaClasses broken) {
        assertThat(rules).containsKey(name);
        EvaluationResult result = rules.get(name).evaluate(broken);
        for (String culprit : culprits) {
            assertThat(result.getFailureReport().getDetails())
                    .as("the rule names the culprit")
                    .anyMatch(line -> line.contains(culprit));
        }
    }

    /** A room that nobody wrote a rule for would be a room without walls. */
    @Test
    void everyRoomHasARule() {
        List<String> rooms =
                REAL.stream()
                        .map(c -> c.getPackageName().split("\\."))
                        .filter(p -> p.length > 2)
                        .map(p -> p[2])
                        .distinct()
                        .filter(r -> !r.equals("cli"))
                        .toList();
        Map<String, ArchRule> rules = new Rooms("dev.ebb").rules();
        assertThat(rooms).allMatch(r -> rules.containsKey(r + " imports inwards only"));
    }
}
