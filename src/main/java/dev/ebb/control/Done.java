package dev.ebb.control;

import dev.ebb.core.Command;
import dev.ebb.core.Explanation;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Reason;
import java.util.Optional;

/**
 * How a decision and its commands stand in the journal, for the loop that writes and for the replay
 * that reads. Pure.
 */
final class Done {
    /** The reason of a start that the platform could not even plan. */
    static final String CANNOT_START = "cannot_start";

    /** The reason of what a new life of Ebb made of the old one's instances. */
    static final String RECOVERED = "recovered";

    private Done() {}

    /** What makes a decision worth another entry. */
    static String gist(Explanation explanation) {
        StringBuilder gist = new StringBuilder();
        gist.append(explanation.wanted()).append('/').append(explanation.serving());
        explanation.planned().forEach(p -> gist.append(' ').append(p.command()));
        explanation.holds().forEach(h -> gist.append(' ').append(h.why().code()));
        // That a load goes down by degrees is nothing new.
        explanation
                .fall()
                .map(Reason::code)
                .filter(code -> !code.equals("fall_real"))
                .ifPresent(code -> gist.append(' ').append(code));
        return gist.toString();
    }

    /** The lifecycle that a command leads to. */
    static Lifecycle by(Command command) {
        return switch (command) {
            case Command.Start _ -> Lifecycle.STARTING;
            case Command.Park _ -> Lifecycle.PARKING;
            case Command.Rescue _ -> Lifecycle.SERVING;
            case Command.Drain _ -> Lifecycle.DRAINING;
            case Command.Stop _ -> Lifecycle.STOPPING;
        };
    }

    /**
     * The command that moved an instance; empty where facts did. A start is an entry of its own.
     */
    static Optional<Command> command(JournalEntry.Moved moved) {
        return switch (moved.to()) {
            case PARKING -> Optional.of(new Command.Park(moved.id()));
            case DRAINING -> Optional.of(new Command.Drain(moved.id()));
            case STOPPING -> Optional.of(new Command.Stop(moved.id(), false));
            case SERVING ->
                    moved.from().canBeRescued()
                            ? Optional.of(new Command.Rescue(moved.id()))
                            : Optional.empty();
            case STARTING, WARMING, PARKED, GONE, FAILED -> Optional.empty();
        };
    }

    static boolean isFor(JournalEntry.Moved moved, String code) {
        return moved.reasons().stream().anyMatch(r -> r.code().equals(code));
    }
}
