package dev.ebb.beside;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The figures as rows, a column for each side; as text, or as Markdown. Pure. */
final class Table {
    private record Row(String name, List<String> cells) {}

    private final Figures figures;
    private final List<Row> rows = new ArrayList<>();

    Table(Figures figures) {
        this.figures = figures;
        row("requests", s -> Long.toString(s.requests().sent()));
        row("of these failed", s -> failed(s.requests()));
        row("long requests", s -> Long.toString(s.longRequests().sent()));
        row("of these failed", s -> failed(s.longRequests()));
        row("latency p50, p99 (ms)", s -> "%s, %s".formatted(n(s.p50Millis()), n(s.p99Millis())));
        row("instance-seconds", s -> n(s.instanceSeconds()));
        row("pods on average", s -> "%.2f".formatted(s.instanceSeconds() / figures.seconds()));
        row("pods removed", s -> Integer.toString(s.removed()));
        row("of these as chosen", s -> s.asChosen() < 0 ? "-" : Integer.toString(s.asChosen()));
        row("load falls: scaled in after (s)", s -> spread(s.scaledIn()));
        row("load returns: all serve after (s)", s -> spread(s.recovered()));
        row("p99 from its return on (ms)", s -> spread(s.p99AfterReturn()));
        row("load returns in a trial: all serve after (s)", s -> spread(s.rescued()));
        row("p99 from its return on (ms)", s -> spread(s.p99AfterRescue()));
        row("pods started for it", s -> Integer.toString(s.startedWhenInterrupted()));
        row("ticks from the need to the rescue", s -> ticks(s.needToRescue()));
    }

    private void row(String name, Function<Figures.Side, String> cell) {
        rows.add(new Row(name, figures.sides().stream().map(cell).toList()));
    }

    private static String failed(Figures.Requests requests) {
        return requests.byKind().isEmpty()
                ? Long.toString(requests.failed())
                : requests.failed()
                        + " ("
                        + requests.byKind().entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(e -> e.getKey() + " " + e.getValue())
                                .collect(Collectors.joining(", "))
                        + ")";
    }

    /** The median, and the least and the most. */
    private static String spread(List<Double> values) {
        Optional<Double> median = Course.median(values);
        return median.map(m ->
                        "%s (%s to %s)"
                                .formatted(
                                        n(m),
                                        n(values.stream().min(Double::compare).orElseThrow()),
                                        n(values.stream().max(Double::compare).orElseThrow())))
                .orElse("-");
    }

    private static String ticks(List<Long> values) {
        return values.isEmpty()
                ? "-"
                : values.stream()
                        .map(String::valueOf)
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(", "));
    }

    /** As many digits as mean something. */
    private static String n(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }

    String text() {
        List<List<String>> all = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        figures.sides().forEach(s -> head.add(s.name()));
        all.add(head);
        for (Row row : rows) {
            List<String> line = new ArrayList<>(List.of(row.name()));
            line.addAll(row.cells());
            all.add(line);
        }
        var out = new StringBuilder();
        for (List<String> line : all) {
            var text = new StringBuilder("  ");
            for (int i = 0; i < line.size(); i++) {
                text.append(("%-" + width(all, i) + "s  ").formatted(line.get(i)));
            }
            out.append(text.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }

    private static int width(List<List<String>> lines, int column) {
        return lines.stream().mapToInt(l -> l.get(column).length()).max().orElse(1);
    }

    String markdown() {
        var out = new StringBuilder("|");
        figures.sides().forEach(s -> out.append(" | ").append(s.name()));
        out.append(" |\n|---").append("|---:".repeat(figures.sides().size())).append("|\n");
        for (Row row : rows) {
            out.append("| ").append(row.name());
            row.cells().forEach(cell -> out.append(" | ").append(cell));
            out.append(" |\n");
        }
        return out.toString();
    }
}
