package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Monitoring;
import dev.ebb.core.Hold;
import dev.ebb.core.Now;
import dev.ebb.core.ProcessReading;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** At 100 s everything begins; times are in seconds from then on. */
class MonitoredUsageTest {
    private static final long SECOND = 1_000_000_000L;
    private static final double MIB = 1 << 20;

    private final Map<Monitoring.Question, Monitoring.Answer> answers = new HashMap<>();
    private final Map<String, Set<String>> running =
            new HashMap<>(Map.of("shop-1", Set.of("main"), "shop-2", Set.of("main", "helper")));
    private final MonitoringSpec.OfPods asked =
            new MonitoringSpec.OfPods(question("cpu"), question("memory"));
    private long second = 100;

    private final MonitoredUsage usage =
            new MonitoredUsage(
                    new Answers(), asked, pod -> Optional.ofNullable(running.get(pod)), this::now);

    private final class Answers implements Monitoring {
        @Override
        public void ask(Set<Question> wanted) {}

        @Override
        public Optional<Answer> answer(Question question) {
            return Optional.ofNullable(answers.get(question));
        }

        @Override
        public void close() {}
    }

    private static Monitoring.Question question(String query) {
        return new Monitoring.Question(query, false, Duration.ofSeconds(15), Duration.ofSeconds(5));
    }

    private Now now() {
        return new Now(second * SECOND, 1_700_000_000_000L + second * 1000);
    }

    private static Monitoring.Sample of(String pod, String container, double value) {
        return new Monitoring.Sample(Map.of("pod", pod, "container", container), value);
    }

    private void answered(Monitoring.Question question, Monitoring.Sample... samples) {
        answers.put(
                question,
                new Monitoring.Answer(
                        Optional.of(List.of(samples)), second * SECOND, Optional.empty()));
    }

    private void memory() {
        answered(
                asked.memory(),
                of("shop-1", "main", 64 * MIB),
                of("shop-2", "main", MIB),
                of("shop-2", "helper", MIB));
    }

    private Optional<ProcessReading> reading(String pod) {
        return usage.of(pod).map(u -> u.reading(now().monotonicNanos(), now().wallMillis()));
    }

    @Test
    void coresAreAddedUpOverTheTimeBetweenTwoAnswers() {
        answered(asked.cpu(), of("shop-1", "main", 0.5));
        memory();
        assertThat(reading("shop-1").orElseThrow())
                .isEqualTo(new ProcessReading(100 * SECOND, 0, 64L << 20));
        second = 120;
        answered(asked.cpu(), of("shop-1", "main", 0.2));
        memory();
        second = 130;
        assertThat(reading("shop-1").orElseThrow())
                .as("0.2 cores for 20 s, known for 10 s")
                .isEqualTo(new ProcessReading(120 * SECOND, 4 * SECOND, 64L << 20));
        assertThat(reading("shop-1"))
                .as("the same answer adds nothing")
                .isEqualTo(reading("shop-1"));
    }

    @Test
    void aContainerThatIsMissingIsNotZero() {
        answered(asked.cpu(), of("shop-2", "main", 0.5));
        memory();
        assertThat(reading("shop-2")).isEmpty();
        second = 115;
        answered(asked.cpu(), of("shop-2", "main", 0.5), of("shop-2", "helper", 0.1));
        memory();
        assertThat(reading("shop-2")).isPresent();
    }

    @Test
    void ofWhatAnswersSayByPodAloneANumberStandsForAllContainers() {
        answered(asked.cpu(), new Monitoring.Sample(Map.of("pod", "shop-2"), 0.4));
        answered(asked.memory(), new Monitoring.Sample(Map.of("pod", "shop-2"), 2 * MIB));
        assertThat(reading("shop-2").orElseThrow().memoryBytes()).isEqualTo(2 << 20);
        assertThat(reading("unseen")).isEmpty();
    }

    /** What is told no more grows old, and of who is not named at all nothing is known. */
    @Test
    void whoIsNotInTheAnswerIsMissing() {
        answered(asked.cpu(), of("shop-1", "main", 0.5));
        memory();
        assertThat(reading("shop-1")).isPresent();
        second = 115;
        answered(asked.cpu(), of("shop-2", "main", 0.5), of("shop-2", "helper", 0.5));
        memory();
        assertThat(reading("shop-1").orElseThrow().measuredAtNanos()).isEqualTo(100 * SECOND);
        second = 130;
        answered(asked.cpu(), of("shop-2", "main", 0.5), of("shop-2", "helper", 0.5));
        answered(asked.memory(), of("shop-2", "main", MIB), of("shop-2", "helper", MIB));
        assertThat(reading("shop-1")).isEmpty();
    }

    /** CPU alone says nothing of a pod's memory, and a figure is as old as its older half. */
    @Test
    void bothMustBeAnsweredAndGrowOldTogether() {
        answered(asked.cpu(), of("shop-1", "main", 0.5));
        assertThat(reading("shop-1")).isEmpty();
        memory();
        second = 160;
        answered(asked.cpu(), of("shop-1", "main", 0.5));
        assertThat(reading("shop-1").orElseThrow().measuredAtNanos()).isEqualTo(100 * SECOND);
    }

    @Test
    void aQuestionThatFailsIsTold() {
        assertThat(usage.trouble()).isEmpty();
        answers.put(
                asked.memory(),
                new Monitoring.Answer(
                        Optional.empty(), SECOND, Optional.of("the connection is refused")));
        assertThat(usage.trouble().map(Hold::why).orElseThrow().text())
                .isEqualTo(
                        "the Prometheus does not tell the memory of pods: the connection is"
                                + " refused");
    }
}
