package dev.ebb.control;

import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.OptionalLong;

/**
 * What came of making a service's decisions again. Immutable. Times are in milliseconds since the
 * epoch.
 *
 * @param lives of Ebb that it was taken from
 * @param firstMillis when the first decision that was made again had been made; empty for none
 * @param decisions made again and compared; {@code identical} and {@code different} add up to it
 * @param states how often all that the decider remembered was compared, too
 * @param statesDifferent of these, those that came out otherwise
 * @param unconfirmed decisions made again of which the record ends before it says what came of them
 * @param notReplayed observations that are kept, but not all that a decision from them depends on
 * @param notKept observations that are not even kept
 * @param differences the first of them
 * @param stretches the first times that could not be replayed exactly
 */
public record ReplayReport(
        ServiceName service,
        int lives,
        OptionalLong firstMillis,
        OptionalLong lastMillis,
        long decisions,
        long identical,
        long different,
        long states,
        long statesDifferent,
        long unconfirmed,
        long notReplayed,
        long notKept,
        List<Difference> differences,
        List<Stretch> stretches) {
    public ReplayReport {
        differences = List.copyOf(differences);
        stretches = List.copyOf(stretches);
    }

    /** What a difference is in. */
    public enum What {
        DECISION,
        /** The same decision from other figures. */
        FIGURES,
        MOVES,
        STATE,
        COMMAND
    }

    /**
     * @param tick of the service in its life
     * @param recorded what the journal says, for people
     * @param replayed what came out now
     */
    public record Difference(
            long wallMillis, long tick, What what, String recorded, String replayed) {}

    /** A time that cannot be replayed exactly, and why. */
    public record Stretch(
            long fromMillis, long toMillis, long notReplayed, long notKept, Cause cause) {}

    /** Why a replay has to wait for the next state on record. */
    public enum Cause {
        NO_STATE("no state of the decider is kept from before it"),
        NOT_KEPT("observations were thinned out, dropped or could not be written"),
        LINES_MISSING("lines of the journal are missing or damaged"),
        AFTER_ORDER("the state after an operator's order is not kept"),
        OTHERWISE("something was carried out that does not fit the state"),
        OLDER("an older version wrote it, without the decider's state");

        private final String text;

        Cause(String text) {
            this.text = text;
        }

        /** A clause for people. */
        public String text() {
            return text;
        }
    }

    /** Whether something was compared, and all of it agrees. */
    public boolean isGood() {
        return decisions > 0 && different == 0 && statesDifferent == 0;
    }
}
