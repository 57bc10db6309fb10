package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Monitoring.Question;
import dev.ebb.core.QueryTarget;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MonitoringSpecTest {
    private static final Duration EVERY = Duration.ofSeconds(15);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static ScaleSpec spec(String more) {
        return ObjectiveFieldsTest.spec(more);
    }

    @Test
    void aQueryIsATargetAndAQuestion() {
        ScaleSpec spec =
                spec(
                        "  targets: {queries: [{name: jobs, query: sum(jobs), each: 50,"
                                + " maxAgeSeconds: 90}]}");
        assertThat(spec.policy().targets().queries())
                .containsExactly(
                        new QueryTarget(
                                "jobs",
                                "sum(jobs)",
                                Optional.empty(),
                                50,
                                new QueryTarget.Pace(EVERY, TIMEOUT, Duration.ofSeconds(90))));
        assertThat(spec.monitoring().questions())
                .containsExactly(new Question("sum(jobs)", true, EVERY, TIMEOUT));
        assertThat(spec.monitoring().usage()).isEmpty();
    }

    @Test
    void withoutAQueryOfItsOwnItAsksForWhatKubeletsSay() {
        ScaleSpec spec = spec("  metrics: {prometheus: {everySeconds: 30}}");
        assertThat(spec.monitoring().questions())
                .extracting(Question::query)
                .allMatch(q -> q.contains("by (pod, container)") && q.contains("\"web\""));
        assertThat(spec.monitoring().questions())
                .allMatch(q -> !q.one() && q.every().equals(Duration.ofSeconds(30)));
        ScaleSpec own = spec("  metrics: {prometheus: {cpu: mine, memory: sum by (pod) (m)}}");
        assertThat(own.monitoring().questions())
                .extracting(Question::query)
                .containsExactly("mine", "sum by (pod) (m)");
    }

    @Test
    void whoAsksNothingNeedsNoPrometheus() {
        assertThat(spec("").monitoring().asks()).isFalse();
        assertThat(Holds.unasked(spec(""), false)).isEmpty();
        ScaleSpec asks = spec("  metrics: {prometheus: {}}");
        assertThat(Holds.unasked(asks, true)).isEmpty();
        assertThat(Holds.unasked(asks, false).orElseThrow().why().code())
                .isEqualTo("no_prometheus");
        assertThat(asks.isAs(spec(""))).isFalse();
    }
}
