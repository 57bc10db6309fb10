package dev.ebb.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Ports;
import dev.ebb.control.QuerySource;
import dev.ebb.core.Now;
import dev.ebb.core.Policy;
import dev.ebb.core.QueryReading;
import dev.ebb.core.QueryTarget;
import dev.ebb.core.QueryTarget.Pace;
import dev.ebb.sim.Fault.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Services that a monitoring system sizes, which does not always answer; and the judge of that. */
class AnswersTest {
    private static final Fault SILENT = Worlds.fault(Kind.QUERIES_FAIL, 60, 600);

    private static Policy asking() {
        QueryTarget arrivals =
                new QueryTarget(
                        "arrivals",
                        "sum(rate(arrivals_total[1m]))",
                        Optional.empty(),
                        60,
                        new Pace(
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(20)));
        return Worlds.policy()
                .withTargets(Worlds.policy().targets().withQueries(List.of(arrivals)));
    }

    private static Outcome run(List<Fault> faults, UnaryOperator<Ports> tamper) {
        return Simulation.run(
                Worlds.of(asking(), Worlds.falling(), faults), RealControl::new, tamper);
    }

    @Test
    void withAnswersTheFleetFollowsThem() {
        Outcome outcome = run(List.of(), UnaryOperator.identity());
        assertThat(outcome.violations()).isEmpty();
        assertThat(outcome.totals().stops()).isEqualTo(3);
    }

    @Test
    void whileThereAreNoneNobodyIsLetGo() {
        Outcome silent = run(List.of(SILENT), UnaryOperator.identity());
        assertThat(silent.violations()).isEmpty();
        Fault forGood = Worlds.fault(Kind.QUERIES_FAIL, 60, Worlds.SECONDS);
        Outcome never = run(List.of(forGood), UnaryOperator.identity());
        assertThat(never.violations()).isEmpty();
        assertThat(never.totals().parks()).isZero();
        assertThat(silent.totals().parks()).isPositive();
    }

    /** A source that says that an old answer is new is taken at its word, and the judge sees it. */
    @Test
    void theJudgeSeesAnOldAnswerThatCountsAsNew() {
        Now[] now = new Now[1];
        UnaryOperator<Ports> lying =
                ports -> {
                    Ports listening =
                            Tampered.reports(
                                            (report, at) -> {
                                                now[0] = at;
                                                return report;
                                            })
                                    .apply(ports);
                    QuerySource always =
                            service ->
                                    ports.queries().read(service).stream()
                                            .map(r ->
                                                    new QueryReading(
                                                            r.name(),
                                                            Optional.of(110.0),
                                                            now[0].monotonicNanos(),
                                                            Optional.empty()))
                                            .toList();
                    return listening.withQueries(always);
                };
        assertThat(run(List.of(SILENT), lying).violations())
                .anyMatch(v -> v.invariant().equals("I4") && v.text().contains("no fresh answer"));
    }

    /**
     * Drawn worlds in which services are asked about, so that their share cannot shrink to none.
     */
    @Test
    void seedsHaveThem() {
        List<Long> asked =
                LongStream.rangeClosed(1, 300)
                        .filter(seed ->
                                Scenarios.of(seed).parts().stream()
                                        .anyMatch(p ->
                                                !p.plan().policy().targets().queries().isEmpty()))
                        .boxed()
                        .toList();
        assertThat(asked).hasSizeGreaterThan(30);
        for (long seed : asked.subList(0, 30)) {
            assertThat(Simulation.run(seed).violations()).as("seed %d", seed).isEmpty();
        }
    }
}
