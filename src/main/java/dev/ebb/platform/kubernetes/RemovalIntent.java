package dev.ebb.platform.kubernetes;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The intent to scale a Deployment in, as each victim carries it in an annotation. Since it names
 * both ends and the Deployment's generation, whoever finds it can tell whether the scaling has been
 * done, and never does it twice. Immutable.
 *
 * @param from replicas when it was decided
 * @param to replicas without the victims
 * @param generation of the Deployment when it was decided; each change of its spec adds 1
 */
record RemovalIntent(int from, int to, long generation) {
    private static final Pattern TEXT =
            Pattern.compile("from (\\d{1,9}) to (\\d{1,9}) at generation (\\d{1,18})");

    RemovalIntent {
        if (to < 0 || to >= from) {
            throw new IllegalArgumentException("no removal: from " + from + " to " + to);
        }
    }

    /** Reads an annotation; empty when it is none of these. */
    static Optional<RemovalIntent> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int from = Integer.parseInt(matcher.group(1));
        int to = Integer.parseInt(matcher.group(2));
        return to < from
                ? Optional.of(new RemovalIntent(from, to, Long.parseLong(matcher.group(3))))
                : Optional.empty();
    }

    /** How many pods it takes away. */
    int victims() {
        return from - to;
    }

    @Override
    public String toString() {
        return "from " + from + " to " + to + " at generation " + generation;
    }
}
