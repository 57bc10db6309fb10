package dev.ebb.config;

import java.util.Comparator;

/**
 * Something wrong in a configuration file, or worth a second look.
 *
 * @param text what is wrong; what would be right
 */
public record Problem(Severity severity, Place place, String text) {
    /** By place; a list's own order decides between problems of one place. */
    static final Comparator<Problem> ORDER = Comparator.comparing(Problem::place);

    /** Whether Ebb refuses to run with it. */
    public enum Severity {
        ERROR,
        WARNING
    }

    /** One line for people: {@code file:line:column: text}. */
    public String line(String file) {
        String where = place.line() == 0 ? file : file + ":" + place.line() + ":" + place.column();
        return where + (severity == Severity.WARNING ? ": warning: " : ": ") + text;
    }
}
