package dev.ebb.cli;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.Command;
import dev.ebb.core.Health;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import dev.ebb.core.Reason;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What the journal says, in plain words: one line for each thing that was done. Pure.
 *
 * @param who an instance or a service; empty for Ebb itself
 * @param what one or two words
 * @param why a sentence without a full stop; may be empty
 */
record Story(long wallMillis, Tone tone, String who, String what, String why) {

    enum Tone {
        PLAIN,
        MORE,
        LESS,
        BAD
    }

    /** The line of this entry; empty for what only a restart needs to know. */
    static Optional<Story> of(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Opened e -> ebb(e, "started", "version " + e.version());
            case JournalEntry.Closed e ->
                    ebb(
                            e,
                            "ended",
                            e.kept() == 0
                                    ? "no instance is left"
                                    : Texts.count(e.kept(), "instance") + " kept running");
            case JournalEntry.Upgraded e -> upgraded(e);
            case JournalEntry.CutOff e ->
                    Optional.of(new Story(e.wallMillis(), Tone.BAD, "ebb", "cut", e.text()));
            case JournalEntry.Moved e -> moved(e);
            case JournalEntry.Identified e ->
                    e.adopted()
                            ? Optional.of(
                                    new Story(
                                            e.wallMillis(),
                                            Tone.PLAIN,
                                            e.id().toString(),
                                            "adopted",
                                            "it ran on while Ebb was away"))
                            : Optional.empty();
            case JournalEntry.HealthChanged e -> health(e);
            case JournalEntry.Marked e ->
                    Optional.of(
                            new Story(
                                    e.wallMillis(),
                                    Tone.PLAIN,
                                    e.id().toString(),
                                    mark(e.mark(), e.set()),
                                    "by order"));
            case JournalEntry.Frozen e ->
                    Optional.of(
                            new Story(
                                    e.wallMillis(),
                                    Tone.PLAIN,
                                    e.service().map(s -> s.value()).orElse("all"),
                                    e.frozen() ? "frozen" : "thawed",
                                    "by order"));
            case JournalEntry.Ordered e ->
                    Optional.of(
                            new Story(
                                    e.wallMillis(),
                                    Tone.PLAIN,
                                    e.service().value(),
                                    "size ordered",
                                    size(e.replicas())));
            case JournalEntry.Configured _,
                    JournalEntry.Intended _,
                    JournalEntry.Decided _,
                    JournalEntry.Observed _,
                    JournalEntry.Remembered _,
                    JournalEntry.Checkpoint _ ->
                    Optional.empty();
        };
    }

    private static Optional<Story> upgraded(JournalEntry.Upgraded e) {
        boolean failed = e.failed().isPresent();
        Tone tone = failed ? Tone.BAD : Tone.PLAIN;
        String what = failed ? "not upgraded" : "upgraded";
        return Optional.of(new Story(e.wallMillis(), tone, "ebb", what, e.text()));
    }

    private static String size(OptionalInt replicas) {
        return replicas.isPresent()
                ? "fixed at " + Texts.count(replicas.getAsInt(), "instance")
                : "by load again";
    }

    private static Optional<Story> ebb(JournalEntry e, String what, String why) {
        return Optional.of(new Story(e.wallMillis(), Tone.PLAIN, "ebb", what, why));
    }

    private static String mark(Mark mark, boolean set) {
        return switch (mark) {
            case PROTECTED -> set ? "protected" : "unprotected";
            case HELD_OUT -> set ? "held out" : "let in";
            case RETIRING -> set ? "restarting" : "stays";
            case APPROVED -> set ? "removal approved" : "removal called off";
        };
    }

    private static Optional<Story> health(JournalEntry.HealthChanged e) {
        boolean ejected = e.to() == Health.EJECTED;
        boolean back = e.from() == Health.EJECTED && e.to() == Health.HEALTHY;
        if (!ejected && !back) {
            return Optional.empty();
        }
        return Optional.of(
                new Story(
                        e.wallMillis(),
                        ejected ? Tone.BAD : Tone.MORE,
                        e.id().toString(),
                        ejected ? "ejected" : "readmitted",
                        e.reason().text()));
    }

    private static Optional<Story> moved(JournalEntry.Moved e) {
        String why = because(e.reasons());
        String flight =
                e.inFlight() == 0 ? "nothing in flight" : Texts.count(e.inFlight()) + " in flight";
        return switch (e.to()) {
            case STARTING -> line(e, Tone.MORE, "starting", why);
            case WARMING -> line(e, Tone.MORE, "warming up", why);
            case SERVING ->
                    e.from().canBeRescued()
                            ? line(e, Tone.MORE, "rescued", why)
                            : line(e, Tone.MORE, "serving", why);
            case PARKING -> line(e, Tone.LESS, "parked", joined(flight, why));
            case PARKED ->
                    // Acknowledged by the gateway; worth a line after a restart only.
                    e.from() == Lifecycle.PARKING
                            ? Optional.empty()
                            : line(e, Tone.LESS, "parked", why);
            case DRAINING -> line(e, Tone.LESS, "draining", joined(flight, why));
            case STOPPING ->
                    e.from() == Lifecycle.FAILED
                            ? line(e, Tone.LESS, "stopping", why)
                            : line(e, Tone.LESS, "stopping", joined(flight, why));
            case GONE ->
                    // Of one that failed by itself, the failure was the news.
                    e.from() == Lifecycle.FAILED
                            ? Optional.empty()
                            : line(e, Tone.PLAIN, "gone", why);
            case FAILED -> line(e, Tone.BAD, "failed", why);
        };
    }

    private static Optional<Story> line(JournalEntry.Moved e, Tone tone, String what, String why) {
        return Optional.of(
                new Story(
                        e.wallMillis(),
                        tone,
                        e.id().toString(),
                        what,
                        e.byOperator() && why.isEmpty() ? "by order" : why));
    }

    private static String joined(String one, String other) {
        return other.isEmpty() ? one : one + "; " + other;
    }

    static String because(List<Reason> reasons) {
        return reasons.stream().map(Reason::text).collect(Collectors.joining("; "));
    }

    /** What is meant to be done, for example "park hello-3". */
    static String command(Command command) {
        return switch (command) {
            case Command.Start start ->
                    "start "
                            + start.id()
                            + start.replaces().map(id -> " in place of " + id).orElse("");
            case Command.Park park -> "park " + park.id();
            case Command.Rescue rescue -> "rescue " + rescue.id();
            case Command.Drain drain -> "drain " + drain.id();
            case Command.Stop stop ->
                    "stop " + stop.id() + (stop.cut() ? ", cutting what is in flight" : "");
        };
    }

    /** One line for a terminal. */
    String line(Ink ink, long nowMillis) {
        String subject = "%-12s".formatted(who);
        String verb = "%-12s".formatted(what);
        String inked =
                switch (tone) {
                    case PLAIN -> verb;
                    case MORE -> ink.green(verb);
                    case LESS -> ink.blue(verb);
                    case BAD -> ink.red(verb);
                };
        return (ink.dim(Texts.moment(wallMillis, nowMillis))
                        + "  "
                        + ink.bold(subject)
                        + "  "
                        + inked
                        + "  "
                        + why)
                .stripTrailing();
    }
}
