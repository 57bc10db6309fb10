package dev.ebb.cli;

import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Backtest.Point;
import dev.ebb.sim.lab.Backtest.Result;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Latencies;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.rival.Lineup;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A backtest for people, within the window's width. Immutable. */
record BacktestText(int width, Optional<Double> price, Ink ink) {
    /** From this width on there is room for the elasticity measures. */
    private static final int WIDE = 110;

    /** The same beside response times. */
    private static final int WIDEST = 125;

    /** From this width on there is room for starts beside response times. */
    private static final int MEDIUM = 96;

    /** A heading, a row for each policy, and the frontier where one was asked for. */
    List<String> lines(Comparison one) {
        var lines = new ArrayList<String>();
        String name = one.trace().name();
        String about = about(one.trace(), one.model());
        if (name.length() + 2 + about.length() <= width) {
            lines.add(ink.bold(name) + "  " + about);
        } else {
            lines.add(ink.bold(name));
            lines.add("  " + about);
        }
        List<Column> columns = columns(one.optimum().latencies().isPresent());
        var table = new Table().add(head(columns));
        one.results().forEach(result -> table.add(row(result, columns)));
        lines.addAll(table.lines("  "));
        if (!one.frontier().isEmpty()) {
            lines.add("");
            lines.addAll(frontier(one.frontier()));
        }
        lines.add("");
        return lines;
    }

    private static String about(Trace trace, FleetModel model) {
        Duration all = Duration.ofMillis(Math.round(trace.seconds() * 1000));
        Duration step = Duration.ofMillis(Math.round(trace.step() * 1000));
        String text =
                Texts.span(all)
                        + " in steps of "
                        + Texts.span(step)
                        + ", peak "
                        + number(trace.peak())
                        + ", an instance carries "
                        + number(model.capacity());
        return trace.gaps() == 0 ? text : text + ", " + Texts.count(trace.gaps(), "gap");
    }

    private record Column(String name, Function<Result, String> text) {}

    /** What there is room for, the most important first. */
    private List<Column> columns(boolean timed) {
        var columns = new ArrayList<Column>();
        columns.add(new Column("hours", r -> number(r.score().instanceHours())));
        columns.add(new Column("x optimum", r -> fixed(r.ratio(), 3)));
        columns.add(new Column("missed", r -> share(r.score().missedPercent())));
        columns.add(new Column("overload", r -> share(r.score().overloadPercent())));
        if (timed) {
            columns.add(new Column("p50", r -> latency(r, Latencies::median)));
            columns.add(new Column("p99", r -> latency(r, Latencies::p99)));
        }
        price.ifPresent(p ->
                columns.add(new Column("money", r -> fixed(r.score().instanceHours() * p, 2))));
        if (!timed || width >= MEDIUM) {
            columns.add(new Column("starts", r -> Texts.count(r.score().starts())));
            columns.add(new Column("turns", r -> Texts.count(r.score().directionChanges())));
        }
        if (width >= (timed ? WIDEST : WIDE)) {
            columns.add(new Column("lacking", r -> share(r.score().accuracyUnder())));
            columns.add(new Column("time", r -> share(r.score().timeshareUnder())));
            columns.add(new Column("spare", r -> share(r.score().accuracyOver())));
            columns.add(new Column("time", r -> share(r.score().timeshareOver())));
        }
        return columns;
    }

    private static String latency(Result result, ToDoubleFunction<Latencies> which) {
        double seconds = which.applyAsDouble(result.score().latencies().orElseThrow());
        return seconds < 1 ? Texts.millis(seconds * 1000) : fixed(seconds, 1) + "s";
    }

    private List<Table.Cell> head(List<Column> columns) {
        var cells = new ArrayList<Table.Cell>();
        cells.add(Table.Cell.of("policy", ink::dim));
        cells.addAll(heads(columns.stream().map(Column::name).toArray(String[]::new)));
        return cells;
    }

    private List<Table.Cell> heads(String... names) {
        var cells = new ArrayList<Table.Cell>();
        for (String name : names) {
            cells.add(Table.Cell.number(name).inked(ink::dim));
        }
        return cells;
    }

    private List<Table.Cell> row(Result result, List<Column> columns) {
        boolean own = result.policy().equals(Lineup.EBB);
        var cells = new ArrayList<Table.Cell>();
        cells.add(Table.Cell.of(result.policy(), own ? ink::bold : t -> t));
        columns.forEach(column -> cells.add(Table.Cell.number(column.text().apply(result))));
        return cells;
    }

    private List<String> frontier(List<Point> points) {
        var table = new Table();
        var head = new ArrayList<Table.Cell>();
        head.add(Table.Cell.of("frontier", ink::dim));
        head.addAll(heads("knob", "x optimum", "missed", "overload"));
        table.add(head);
        for (Point point : points) {
            var cells = new ArrayList<Table.Cell>();
            cells.add(Table.Cell.of(point.policy()));
            cells.addAll(
                    numbers(
                            BigDecimal.valueOf(point.knob()).stripTrailingZeros().toPlainString(),
                            fixed(point.ratio(), 3),
                            share(point.score().missedPercent()),
                            share(point.score().overloadPercent())));
            table.add(cells);
        }
        return table.lines("  ");
    }

    private static List<Table.Cell> numbers(String... texts) {
        var cells = new ArrayList<Table.Cell>();
        for (String text : texts) {
            cells.add(Table.Cell.number(text));
        }
        return cells;
    }

    private static String share(double percent) {
        if (percent == 0) {
            return "0";
        }
        return percent < 0.001 ? "<0.001%" : fixed(percent, percent < 10 ? 3 : 1) + "%";
    }

    private static String fixed(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    private static String number(double value) {
        if (value == Math.rint(value) && value < 1e9) {
            return Texts.count((long) value);
        }
        return fixed(value, value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
    }
}
