package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.Command;
import dev.ebb.core.Explanation;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import dev.ebb.core.Planned;
import dev.ebb.core.Ranked;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Turns one service's entries into a story for people. The sentences are the reasons' own; the
 * narrator puts them where they belong: a park gets the ranking of the decision that planned it, a
 * start the need that called for it. Decisions that changed nothing are told only as holds, and
 * only while nothing is on its way out (then the steps speak for themselves). Not thread-safe; one
 * story.
 */
public final class Narrator {
    /** A hold that was over sooner was no news. */
    private static final long HOLD_WORTH_TELLING_MILLIS = 5_000;

    /** Plans of this many instances are remembered until they are carried out. */
    private static final int PLANS_MAX = 4_096;

    private final List<Told> told = new ArrayList<>();
    private final Map<InstanceId, Plan> plans = new HashMap<>();
    private final Set<InstanceId> leaving = new HashSet<>();
    private Optional<Story.Outlook> outlook = Optional.empty();
    private Optional<Held> held = Optional.empty();

    private Narrator() {}

    /** A command that was decided, and the decision around it. */
    private record Plan(Planned planned, Explanation decision) {}

    /** A hold since when, and the decision that first had it. */
    private record Held(long sequence, long wallMillis, JournalEntry.Decided decided) {
        List<String> codes() {
            return codes(decided.explanation());
        }

        static List<String> codes(Explanation explanation) {
            return explanation.holds().stream().map(hold -> hold.why().code()).sorted().toList();
        }
    }

    /** Tells the story of one service; entries that do not concern it are passed over. */
    public static Story tell(ServiceName service, Stream<Stored.Known> entries) {
        var narrator = new Narrator();
        entries.filter(known -> Subjects.concerns(known.entry(), service)).forEach(narrator::hear);
        return new Story(service, narrator.told, narrator.outlook);
    }

    private void hear(Stored.Known known) {
        switch (known.entry()) {
            case JournalEntry.Opened e ->
                    say(known, "open", "Ebb " + e.version() + " began its work");
            case JournalEntry.Closed e -> say(known, "close", closed(e.kept()));
            case JournalEntry.OfEbb e -> say(known, "upgrade", e.text());
            case JournalEntry.Configured e -> say(known, "configure", configured(e));
            case JournalEntry.Intended e -> intended(known, e);
            case JournalEntry.Identified e -> identified(known, e);
            case JournalEntry.Moved e -> moved(known, e);
            case JournalEntry.HealthChanged e -> health(known, e);
            case JournalEntry.Marked e -> say(known, "mark", Optional.of(e.id()), marked(e));
            case JournalEntry.Frozen e -> frozen(known, e);
            case JournalEntry.Ordered e -> say(known, "scale", ordered(e));
            case JournalEntry.Decided e -> decided(known, e);
            case JournalEntry.Observed e -> {}
            case JournalEntry.Remembered e -> {}
            case JournalEntry.Checkpoint e -> {}
        }
    }

    private static String closed(int kept) {
        return kept == 0
                ? "Ebb ended, and its instances with it"
                : "Ebb ended and left " + count(kept) + " running";
    }

    private static String configured(JournalEntry.Configured e) {
        var range = e.policy().range();
        return "follows a policy of %d to %s, mode %s"
                .formatted(
                        range.min(),
                        count(range.max()),
                        e.policy().mode().name().toLowerCase(Locale.ROOT));
    }

    private static String marked(JournalEntry.Marked e) {
        boolean on = e.set();
        return switch (e.mark()) {
            case Mark.PROTECTED ->
                    on ? "protected: never let go" : "no longer protected: may be let go";
            case Mark.HELD_OUT ->
                    on ? "held out of rotation until rescued by hand" : "no longer held out";
            case Mark.APPROVED -> on ? "its removal was approved" : "its removal is called off";
            default ->
                    "%s %s"
                            .formatted(
                                    on ? "marked" : "no longer marked",
                                    e.mark().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        };
    }

    private void frozen(Stored.Known known, JournalEntry.Frozen e) {
        String which = e.service().isPresent() ? "scaling of this service" : "all scaling";
        say(
                known,
                e.frozen() ? "freeze" : "thaw",
                which + (e.frozen() ? " frozen by an operator" : " goes on, by an operator"));
    }

    private static String ordered(JournalEntry.Ordered e) {
        return e.replicas().isPresent()
                ? "an operator fixed the size at " + count(e.replicas().getAsInt())
                : "an operator gave the size back to the load";
    }

    private void intended(Stored.Known known, JournalEntry.Intended e) {
        InstanceId id = e.intent().id();
        Optional<Plan> plan = Optional.ofNullable(plans.remove(id));
        String where = "%s:%d".formatted(e.intent().host(), e.intent().port());
        var reasons = plan.map(p -> p.planned().reasons()).orElse(List.of());
        String text =
                e.replaces()
                        .map(old -> "started at %s in place of %s".formatted(where, old))
                        .orElse("started at " + where);
        String kind = e.replaces().isPresent() ? "replace" : "start";
        tell(known, kind, Optional.of(id), text, reasons, Optional.empty());
    }

    private void identified(Stored.Known known, JournalEntry.Identified e) {
        if (e.adopted()) {
            say(
                    known,
                    "adopt",
                    Optional.of(e.id()),
                    "found running and adopted after Ebb's restart");
        }
    }

    private void health(Stored.Known known, JournalEntry.HealthChanged e) {
        if (e.to() == Health.EJECTED) {
            tell(
                    known,
                    "eject",
                    Optional.of(e.id()),
                    "taken out of rotation for its failures",
                    List.of(e.reason()),
                    Optional.empty());
        } else if (e.from() == Health.EJECTED && e.to() == Health.HEALTHY) {
            tell(
                    known,
                    "readmit",
                    Optional.of(e.id()),
                    "well again and readmitted",
                    List.of(e.reason()),
                    Optional.empty());
        }
    }

    private void moved(Stored.Known known, JournalEntry.Moved e) {
        Step step = Step.of(e);
        Optional<Plan> plan = Optional.ofNullable(plans.get(e.id()));
        if (e.to() == Lifecycle.PARKING) {
            endHold(e.wallMillis());
            leaving.add(e.id());
        } else if (!e.to().canBeRescued()) {
            leaving.remove(e.id());
            plans.remove(e.id());
        }
        Optional<String> rather =
                e.to() == Lifecycle.PARKING && !e.byOperator()
                        ? plan.flatMap(p -> rather(p.decision()))
                        : Optional.empty();
        String text = e.byOperator() ? step.text() + ", as an operator ordered" : step.text();
        tell(known, step.kind(), Optional.of(e.id()), text, e.reasons(), rather);
    }

    /** The cheapest candidate that was not taken, or that there was none. */
    private static Optional<String> rather(Explanation decision) {
        var taken = new HashSet<InstanceId>();
        for (Planned planned : decision.planned()) {
            if (planned.command() instanceof Command.Park(InstanceId id)) {
                taken.add(id);
            }
        }
        if (decision.ranking().isEmpty()) {
            return Optional.empty();
        }
        return decision.ranking().stream()
                .filter(ranked -> !taken.contains(ranked.id()))
                .findFirst()
                .map(Narrator::runnerUp)
                .or(() -> Optional.of("no other instance was a candidate"));
    }

    private static String runnerUp(Ranked next) {
        return "rather than %s: %s".formatted(next.id(), next.reason().text());
    }

    private void decided(Stored.Known known, JournalEntry.Decided e) {
        outlook = Optional.of(new Story.Outlook(e.wallMillis(), e.explanation()));
        for (Planned planned : e.explanation().planned()) {
            if (plans.size() < PLANS_MAX) {
                plans.put(planned.command().id(), new Plan(planned, e.explanation()));
            }
        }
        boolean same = held.isPresent() && held.get().codes().equals(Held.codes(e.explanation()));
        if (same) {
            return;
        }
        endHold(e.wallMillis());
        if (leaving.isEmpty() && !e.explanation().holds().isEmpty()) {
            held = Optional.of(new Held(known.sequence(), e.wallMillis(), e));
        }
    }

    /** A hold is told when it is over and lasted; the one that stands is the outlook's. */
    private void endHold(long wallMillis) {
        held.filter(h -> wallMillis - h.wallMillis() >= HOLD_WORTH_TELLING_MILLIS)
                .ifPresent(h -> {
                    var explanation = h.decided().explanation();
                    var reasons = explanation.holds().stream().map(o -> o.why()).toList();
                    told.add(
                            new Told(
                                    h.sequence(),
                                    h.wallMillis(),
                                    "hold",
                                    Optional.empty(),
                                    heldText(explanation, wallMillis - h.wallMillis()),
                                    sentences(reasons),
                                    Optional.empty(),
                                    reasons));
                });
        held = Optional.empty();
    }

    private static String heldText(Explanation explanation, long millis) {
        return "%d serve, %d wanted: held for %s"
                .formatted(explanation.serving(), explanation.wanted(), StoryText.duration(millis));
    }

    private void say(Stored.Known known, String kind, String text) {
        say(known, kind, Optional.empty(), text);
    }

    private void say(Stored.Known known, String kind, Optional<InstanceId> id, String text) {
        tell(known, kind, id, text, List.of(), Optional.empty());
    }

    private void tell(
            Stored.Known known,
            String kind,
            Optional<InstanceId> id,
            String text,
            List<Reason> reasons,
            Optional<String> rather) {
        told.add(
                new Told(
                        known.sequence(),
                        known.entry().wallMillis(),
                        kind,
                        id,
                        text,
                        sentences(reasons),
                        rather,
                        reasons));
    }

    private static List<String> sentences(List<Reason> reasons) {
        return reasons.stream().map(Reason::text).toList();
    }

    private static String count(int instances) {
        return instances == 1 ? "1 instance" : instances + " instances";
    }
}
