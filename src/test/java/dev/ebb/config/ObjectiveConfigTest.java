package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Policy;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.LatencyGoal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wanted of requests: as it may be written, and the lines that answer what is wrong. */
class ObjectiveConfigTest {
    private static final String SERVICE =
            """
            services:
              web:
                run: {command: serve}
                instances: 2..4
            """;

    private static Loaded load(String objective) {
        return ConfigFile.read("f.yaml", SERVICE + "    policy: {objective: " + objective + "}\n");
    }

    private static Policy policy(String objective) {
        return load(objective).config().orElseThrow().services().getFirst().policy();
    }

    @ParameterizedTest
    @CsvSource({
        "p99 < 200ms, 0.99, 200",
        "p99<200ms, 0.99, 200",
        "P99.9 < 1.5s, 0.999, 1500",
        "'p50 <  2m', 0.5, 120000"
    })
    void latencies(String text, double quantile, long millis) {
        assertThat(policy("{latency: %s}".formatted(text)).objective().orElseThrow().latency())
                .contains(new LatencyGoal(quantile, millis * 1_000_000));
    }

    @Test
    void aLatencyBeginsCarefully() {
        Policy policy = policy("{latency: p99 < 200ms}");
        assertThat(policy.targets().cpu()).isEqualTo(0.6);
        assertThat(policy.targets().concurrency()).isEqualTo(0.6);
        assertThat(policy("{latency: p99 < 200ms, usable: 50%}").targets().cpu()).isEqualTo(0.5);
        assertThat(policy("{answered: 99.9%}").targets().cpu()).isEqualTo(0.8);
        assertThat(policy("{caution: 1}").goals().any()).isFalse();
    }

    @Test
    void aShareOfAnswersHasATime() {
        assertThat(policy("{answered: 99.9%}").objective().flatMap(Policy.Objective::answered))
                .contains(new AnsweredGoal(0.999, Duration.ofDays(1)));
        assertThat(policy("{answered: {share: 99.95%, over: 1h}}").goals().answered())
                .isEqualTo(Optional.of(new AnsweredGoal(0.9995, Duration.ofHours(1))));
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                bad(
                        "{latency: 200ms}",
                        "f.yaml:5:35: '200ms' is no objective for latency; write for example p99 <"
                                + " 200ms"),
                bad(
                        "{latency: p99 < 200}",
                        "f.yaml:5:35: '200' has no unit; write 200s, 200ms or the like"),
                bad(
                        "{latency: p99 < 2h}",
                        "f.yaml:5:35: '2h' is out of range; it is from 1ms to 10m"),
                bad(
                        "{latency: p20 < 2s}",
                        "f.yaml:5:35: 'p20' is out of range; it is from p50 to p99.99"),
                bad(
                        "{latency: p99.999 < 2s}",
                        "f.yaml:5:35: 'p99.999' is out of range; it is from p50 to p99.99"),
                bad(
                        "{latency: [p99 < 2s]}",
                        "f.yaml:5:35: a list is here; it is a quantile and a time such as p99 <"
                                + " 200ms, from p50 to p99.99, from 1ms to 10m"),
                bad(
                        "{answered: 999}",
                        "f.yaml:5:36: '999' is out of range; it is from 50% to 99.999%"),
                bad(
                        "{answered: 100%}",
                        "f.yaml:5:36: '100%' is out of range; it is from 50% to 99.999%"),
                bad(
                        "{answered: {over: 1h}}",
                        "f.yaml:5:36: 'share' is missing; it is a share such as 60% or 0.6, from"
                                + " 50% to 99.999%"),
                bad(
                        "{latancy: p99 < 2s}",
                        "f.yaml:5:26: unknown key 'latancy'; did you mean 'latency'?"));
    }

    private static Arguments bad(String objective, String line) {
        return Arguments.of(objective, line);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void errorsHaveTheirLine(String objective, String line) {
        List<String> lines =
                load(objective).problems().stream().map(p -> p.line("f.yaml")).toList();
        assertThat(lines).containsExactly(line);
    }
}
