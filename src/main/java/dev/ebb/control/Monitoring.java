package dev.ebb.control;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Port: a monitoring system, asked by itself and again and again what is wanted of it at the time.
 * No call waits for it. Safe for use by several threads.
 */
public interface Monitoring extends AutoCloseable {

    /**
     * @param query in the system's language
     * @param one whether its answer must be one number; otherwise one for each of many things,
     *     which its labels name
     * @param every from one question to the next
     * @param timeout of one question, its whole answer included
     */
    record Question(String query, boolean one, Duration every, Duration timeout) {}

    /**
     * A finite number of 0 or more.
     *
     * @param labels what it is of
     */
    record Sample(Map<String, String> labels, double value) {
        public Sample {
            labels = Map.copyOf(labels);
        }
    }

    /**
     * The newest answer. A question that has failed leaves the answer before it, which grows old;
     * what is not in it is missing, and missing is never 0.
     *
     * @param samples empty when there has been none
     * @param measuredAtNanos when it was asked for, on the monotonic clock; without an answer, when
     *     the newest question was
     * @param problem why the newest question has failed; empty when it has not
     */
    record Answer(Optional<List<Sample>> samples, long measuredAtNanos, Optional<String> problem) {
        public Answer {
            samples = samples.map(List::copyOf);
        }
    }

    /** Asks exactly these from now on; what was known of others is forgotten. */
    void ask(Set<Question> wanted);

    /** What is known; empty before the first question has come to an end. */
    Optional<Answer> answer(Question question);

    /** Asks no more. Waits for nobody. */
    @Override
    void close();
}
