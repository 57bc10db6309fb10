package dev.ebb.cli;

import dev.ebb.cli.Table.Cell;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Explanation;
import dev.ebb.core.Hold;
import dev.ebb.core.Need;
import dev.ebb.core.Planned;
import dev.ebb.core.Ranked;
import java.util.ArrayList;
import java.util.List;

/** A decision and its history as text for people. For one thread. */
final class ExplainText {
    private static final int CANDIDATES_MAX = 5;

    private final Ink ink;
    private final long nowMillis;
    private final List<String> lines = new ArrayList<>();

    ExplainText(Ink ink, long nowMillis) {
        this.ink = ink;
        this.nowMillis = nowMillis;
    }

    List<String> lines() {
        return lines;
    }

    /** What the running Ebb decided last. */
    void present(ServiceStatus service) {
        Explanation e = service.explanation();
        lines.add(headline(service.name().value(), e));
        if (service.frozen()) {
            lines.add("  " + ink.yellow("frozen by order; nothing is scaled"));
        }
        service.orderedReplicas()
                .ifPresent(n ->
                        lines.add(
                                "  "
                                        + ink.yellow(
                                                "fixed at %d by order, until: ebb scale %s auto"
                                                        .formatted(n, service.name().value()))));
        service.recommendation()
                .ifPresent(r -> lines.add("  " + ink.yellow(ApproveCommand.told(service, r))));
        decision(e);
    }

    /** What the journal has as the last decision. */
    void past(JournalEntry.Decided decided) {
        lines.add(
                ink.yellow(
                        "No Ebb runs. This was decided last, at "
                                + Texts.moment(decided.wallMillis(), nowMillis)
                                + ":"));
        lines.add(headline(decided.service().value(), decided.explanation()));
        decision(decided.explanation());
    }

    private String headline(String name, Explanation e) {
        String direction =
                e.wanted() == e.serving()
                        ? "which is what is wanted"
                        : (e.wanted() > e.serving()
                                        ? "and more are wanted: "
                                        : "and fewer would do: ")
                                + e.wanted();
        return "%s: %s, %s"
                .formatted(
                        ink.bold(name),
                        e.serving() == 1 ? "1 instance serves" : e.serving() + " instances serve",
                        direction);
    }

    private void decision(Explanation e) {
        if (!e.needs().isEmpty()) {
            title("What asks for how many");
            var table = new Table();
            table.add(
                    List.of(
                            Cell.of("", ink::dim),
                            Cell.number("TO ADD").inked(ink::dim),
                            Cell.number("TO KEEP").inked(ink::dim),
                            Cell.of("WHY", ink::dim)));
            for (Need need : e.needs()) {
                table.add(
                        List.of(
                                Cell.of(need.source()),
                                Cell.number(Integer.toString(need.out())),
                                Cell.number(Integer.toString(need.in())),
                                Cell.of(need.reason().text())));
            }
            lines.addAll(table.lines("  "));
        }
        if (!e.planned().isEmpty()) {
            title("What is done");
            for (Planned planned : e.planned()) {
                lines.add(
                        "  "
                                + ink.green(Story.command(planned.command()))
                                + ": "
                                + Story.because(planned.reasons()));
            }
        }
        if (e.fall().isPresent()) {
            title("What the fall in load is taken for");
            lines.add("  " + e.fall().get().text());
        }
        if (!e.holds().isEmpty()) {
            title("What holds the next step");
            for (Hold hold : e.holds()) {
                lines.add("  " + ink.yellow(hold.why().text()));
                if (!hold.release().isEmpty()) {
                    lines.add("    until " + hold.release());
                }
            }
        }
        if (!e.ranking().isEmpty()) {
            title("Who would go first");
            var table = new Table();
            for (Ranked ranked : e.ranking().subList(0, candidates(e))) {
                table.add(
                        List.of(
                                Cell.of(ranked.id().toString()),
                                Cell.number(Texts.percent(ranked.utilization())),
                                Cell.of(ranked.reason().text())));
            }
            lines.addAll(table.lines("  "));
            int more = e.ranking().size() - candidates(e);
            if (more > 0) {
                lines.add(ink.dim("  and " + more + " more"));
            }
        }
    }

    private static int candidates(Explanation e) {
        return Math.min(CANDIDATES_MAX, e.ranking().size());
    }

    /** What was done. */
    void history(List<Story> stories, boolean running) {
        title(running ? "What was done lately" : "What was done last");
        if (stories.isEmpty()) {
            lines.add("  nothing yet");
        }
        stories.forEach(story -> lines.add("  " + story.line(ink, nowMillis)));
    }

    private void title(String text) {
        lines.add("");
        lines.add(ink.bold(text));
    }
}
