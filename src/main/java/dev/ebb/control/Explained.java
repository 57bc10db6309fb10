package dev.ebb.control;

import dev.ebb.core.Command;
import dev.ebb.core.Explanation;
import dev.ebb.core.Move;
import dev.ebb.core.Need;
import dev.ebb.core.Planned;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares a recorded explanation with another one, and tells what differs. Pure. */
final class Explained {
    private Explained() {}

    /**
     * Whether all is equal.
     *
     * @param leftOut how many at the end of the ranking are not on record
     */
    static boolean same(Explanation recorded, int leftOut, Explanation replayed) {
        int kept = replayed.ranking().size() - leftOut;
        if (leftOut == 0 || kept < 0) {
            return recorded.equals(replayed);
        }
        return recorded.equals(replayed.withRanking(kept));
    }

    /** The decision in a line; with its figures where it is but for them the same as another. */
    static String told(Explanation one, Explanation other) {
        String gist =
                "%d wanted, %d serve; %s; %s"
                        .formatted(
                                one.wanted(),
                                one.serving(),
                                list("to do: ", one.planned().stream().map(Explained::planned)),
                                list("holds: ", one.holds().stream().map(h -> h.why().code())));
        if (!Done.gist(one).equals(Done.gist(other))) {
            return gist;
        }
        if (!one.needs().equals(other.needs())) {
            return gist + "; " + figures(one);
        }
        if (!one.planned().equals(other.planned())) {
            return gist + "; " + one.planned();
        }
        return gist + "; " + (one.holds().equals(other.holds()) ? one.ranking() : one.holds());
    }

    /** What each resource asks for, in numbers. */
    static String figures(Explanation one) {
        return list("", one.needs().stream().map(Explained::need));
    }

    static String command(Command command) {
        return command.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " " + command.id();
    }

    static String moves(List<Move> moves) {
        return list("", moves.stream().map(m -> "%s %s -> %s".formatted(m.id(), m.from(), m.to())));
    }

    private static String planned(Planned planned) {
        return command(planned.command());
    }

    private static String need(Need need) {
        return need.reason().text() + " " + need.reason().numbers();
    }

    private static String list(String head, Stream<String> parts) {
        String all = parts.collect(Collectors.joining(", "));
        return all.isEmpty() ? head + "nothing" : head + all;
    }
}
