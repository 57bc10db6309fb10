package dev.ebb.config;

import dev.ebb.config.Problem.Severity;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects everything that is wrong, so that all of it is told at once. Bounded: a file that is no
 * configuration at all yields {@value #MOST} errors and a line that says so. For one thread.
 */
final class Problems {
    private static final int MOST = 50;
    private static final int LONGEST_QUOTE = 60;

    private final List<Problem> found = new ArrayList<>();
    private final Surroundings surroundings;
    private int errors;

    Problems() {
        this(Surroundings.none());
    }

    Problems(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** What values may be checked against. */
    Surroundings surroundings() {
        return surroundings;
    }

    void error(Place place, String text) {
        errors++;
        add(new Problem(Severity.ERROR, place, text));
    }

    void warning(Place place, String text) {
        add(new Problem(Severity.WARNING, place, text));
    }

    private void add(Problem problem) {
        if (found.size() < MOST && !found.contains(problem)) {
            found.add(problem);
        }
    }

    int errors() {
        return errors;
    }

    /** What was found, in the order of the file. */
    List<Problem> sorted() {
        var all = new ArrayList<>(found);
        all.sort(Problem.ORDER);
        if (found.size() == MOST) {
            all.add(new Problem(Severity.ERROR, Place.FILE, "and perhaps more"));
        }
        return all;
    }

    /** What somebody wrote, fit for one line of a message. */
    static String quote(String text) {
        var shown = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_QUOTE)
                .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
        boolean all = text.codePointCount(0, text.length()) <= LONGEST_QUOTE;
        return "'" + shown + (all ? "'" : "...'");
    }
}
