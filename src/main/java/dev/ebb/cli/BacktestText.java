package dev.ebb.cli;

import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Backtest.Point;
import dev.ebb.sim.lab.Backtest.Result;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Score;
import dev.ebb.sim.lab.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A backtest for people, within the window's width. Immutable. */
record BacktestText(int width, Optional<Double> price, Ink ink) {
    /** From this width on there is room for the elasticity measures. */
    private static final int WIDE = 110;

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
        var table = new Table().add(head(one.optimum().latencies().isPresent()));
        one.results().forEach(result -> table.add(row(result)));
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

    private List<Table.Cell> head(boolean timed) {
        var cells = new ArrayList<Table.Cell>();
        cells.add(Table.Cell.of("policy", ink::dim));
        cells.addAll(heads("hours", "x optimum", "missed", "overload", "starts", "turns"));
        if (price.isPresent()) {
            cells.addAll(heads("money"));
        }
        if (timed) {
            cells.addAll(heads("p50", "p99"));
        }
        if (width >= WIDE) {
            cells.addAll(heads("lacking", "time", "spare", "time"));
        }
        return cells;
    }

    private List<Table.Cell> heads(String... names) {
        var cells = new ArrayList<Table.Cell>();
        for (String name : names) {
            cells.add(Table.Cell.number(name).inked(ink::dim));
        }
        return cells;
    }

    private List<Table.Cell> row(Result result) {
        Score score = result.score();
        boolean own = result.policy().equals("ebb");
        var cells = new ArrayList<Table.Cell>();
        cells.add(Table.Cell.of(result.policy(), own ? ink::bold : t -> t));
        cells.addAll(
                numbers(
                        number(score.instanceHours()),
                        fixed(result.ratio(), 3),
                        share(score.missedPercent()),
                        share(score.overloadPercent()),
                        Texts.count(score.starts()),
                        Texts.count(score.directionChanges())));
        if (price.isPresent()) {
            cells.addAll(numbers(fixed(score.instanceHours() * price.get(), 2)));
        }
        score.latencies()
                .ifPresent(l -> cells.addAll(numbers(seconds(l.median()), seconds(l.p99()))));
        if (width >= WIDE) {
            cells.addAll(
                    numbers(
                            share(score.accuracyUnder()),
                            share(score.timeshareUnder()),
                            share(score.accuracyOver()),
                            share(score.timeshareOver())));
        }
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
                            number(point.knob()),
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

    private static String seconds(double seconds) {
        return seconds < 1 ? Texts.millis(seconds * 1000) : fixed(seconds, 1) + "s";
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
