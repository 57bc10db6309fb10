package dev.ebb.demo.view;

import dev.ebb.core.Health;
import dev.ebb.core.Lifecycle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws a {@link Scene} as lines for a screen of a given size. Pure. What matters least goes first
 * when the screen is small: instances long gone, then older happenings, then empty lines.
 */
final class Layout {
    private static final int WIDEST = 100;
    private static final int LEAST_HAPPENINGS = 2;
    private static final int MOST_HAPPENINGS = 8;

    private final Glyphs glyphs;
    private final int width;
    private final int height;

    Layout(Glyphs glyphs, int width, int height) {
        this.glyphs = glyphs;
        this.width = Math.min(WIDEST, width);
        this.height = height;
    }

    List<Line> draw(Scene scene) {
        List<Line> head = head(scene);
        List<Line> foot = foot(scene);
        List<Scene.Row> rows = scene.rows();
        int room = height - head.size() - foot.size() - 1;
        while (rows.size() > Math.max(1, room - LEAST_HAPPENINGS)) {
            rows = withoutOne(rows);
        }
        int forHappenings = Math.min(MOST_HAPPENINGS, room - rows.size() - 2);
        var lines = new ArrayList<>(head);
        lines.add(titles());
        rows.forEach(row -> lines.add(instance(row)));
        if (forHappenings > 0) {
            lines.add(new Line());
            lines.addAll(happenings(scene, forHappenings));
            while (lines.size() + foot.size() < Math.min(height, 24)) {
                lines.add(new Line());
            }
        }
        lines.addAll(foot);
        return lines.subList(0, Math.min(lines.size(), height));
    }

    private List<Line> head(Scene scene) {
        String clock = clock(scene.at()) + " / " + clock(scene.length());
        var title =
                new Line()
                        .add(Style.TITLE, " ebb demo")
                        .add("  ")
                        .add(Style.STRONG, Line.cut(scene.headline(), width - 26))
                        .endingAt(width - 1, Style.FAINT, clock);
        int past = Math.max(10, width - 34);
        var load = scene.load();
        double highest = load.rates().stream().mapToDouble(d -> d).max().orElse(0);
        double slowest = load.latencies().stream().mapToDouble(d -> d).max().orElse(0);
        var rates =
                new Line()
                        .add(Style.FAINT, " load     ")
                        .add(Style.WATER, glyphs.columns(load.rates(), highest, past))
                        .to(10 + past)
                        .endingAt(
                                width - 1,
                                Style.STRONG,
                                Math.round(load.perSecond()) + " requests/s");
        var latencies =
                new Line()
                        .add(Style.FAINT, " latency  ")
                        .add(
                                Style.SHALLOW,
                                glyphs.columns(load.latencies(), Math.max(50, slowest), past))
                        .to(10 + past)
                        .endingAt(
                                width - 1,
                                Style.STRONG,
                                "p99 " + Math.round(load.p99Millis()) + " ms");
        var counts = load.counts();
        var requests =
                new Line()
                        .add(Style.FAINT, " requests ")
                        .add(grouped(counts.sent()) + " sent   ")
                        .add(grouped(counts.answered()) + " answered   ")
                        .add(counts.failed() == 0 ? Style.GOOD : Style.BAD, counts.failed() + "")
                        .add(" failed   ")
                        .add(
                                counts.truncated() == 0 ? Style.PLAIN : Style.BUSY,
                                counts.truncated() + " truncated   ")
                        .add(Style.FAINT, counts.inFlight() + " in flight");
        return List.of(title, rule(), rates, latencies, requests, new Line());
    }

    private List<Line> foot(Scene scene) {
        var ledger = scene.ledger();
        long harm = ledger.retried() + ledger.cut() + ledger.lost();
        var line =
                new Line()
                        .add(Style.FAINT, " ledger   ")
                        .add(Style.GOOD, percent(ledger.savedPercent()) + " saved")
                        .add(
                                Style.PLAIN,
                                "  %.0f of %.0f instance-seconds used"
                                        .formatted(ledger.usedSeconds(), ledger.fixedSeconds()));
        var scaling =
                new Line()
                        .add(Style.FAINT, " scaling  ")
                        .add(harm == 0 ? Style.GOOD : Style.BAD, ledger.lost() + " lost")
                        .add("   " + ledger.retried() + " retried")
                        .add("   " + ledger.cut() + " cut");
        return List.of(rule(), line, scaling);
    }

    private Line titles() {
        var line = new Line().add(Style.FAINT, " instance");
        if (width < 60) {
            return line.to(12).add(Style.FAINT, "state").to(22).add(Style.FAINT, "cpu");
        }
        int bar = barWidth();
        return line.to(12)
                .add(Style.FAINT, "state")
                .to(22)
                .add(Style.FAINT, "health")
                .to(31)
                .add(Style.FAINT, "cpu")
                .endingAt(31 + bar + 16, Style.FAINT, "in flight")
                .endingAt(31 + bar + 24, Style.FAINT, "req/s")
                .endingAt(31 + bar + 32, Style.FAINT, "share");
    }

    private Line instance(Scene.Row row) {
        boolean alive = row.lifecycle() != Lifecycle.GONE && row.lifecycle() != Lifecycle.FAILED;
        Style style = Style.of(row.lifecycle());
        var line =
                new Line()
                        .add(alive ? Style.STRONG : Style.GONE, " " + row.id())
                        .to(12)
                        .add(style, row.lifecycle().name().toLowerCase(Locale.ROOT))
                        .to(22);
        if (!alive) {
            return line;
        }
        if (width >= 60) {
            Style health = row.health() == Health.EJECTED ? Style.BAD : Style.FAINT;
            line.add(health, row.health().name().toLowerCase(Locale.ROOT)).to(31);
        }
        int start = line.length();
        int bar = width >= 60 ? barWidth() : Math.max(5, width - start - 7);
        if (row.utilization().isPresent()) {
            double used = row.utilization().getAsDouble();
            Style colour = used > 0.8 && row.lifecycle().inRotation() ? Style.BUSY : style;
            String filled = glyphs.bar(used, bar);
            line.add(colour, filled)
                    .add(Style.GONE, glyphs.rest().repeat(bar - filled.length()))
                    .endingAt(start + bar + 6, Style.PLAIN, Math.round(100 * used) + " %");
        } else {
            line.add(Style.GONE, glyphs.rest().repeat(bar))
                    .endingAt(start + bar + 6, Style.FAINT, "-");
        }
        if (width >= 60) {
            line.endingAt(start + bar + 16, Style.PLAIN, Integer.toString(row.inFlight()))
                    .endingAt(
                            start + bar + 24,
                            Style.PLAIN,
                            Long.toString(Math.round(row.requestsPerSecond())))
                    .endingAt(start + bar + 32, style, Math.round(100 * row.share()) + " %");
        }
        return line;
    }

    private int barWidth() {
        return Math.clamp(width - 31 - 33, 6, 34);
    }

    private List<Line> happenings(Scene scene, int most) {
        var all = scene.happenings();
        var lines = new ArrayList<Line>();
        for (var happening : all.subList(Math.max(0, all.size() - most), all.size())) {
            lines.add(
                    new Line()
                            .add(Style.FAINT, " " + clock(happening.at()) + "  ")
                            .add(Style.of(happening.tone()), glyphs.dot() + " ")
                            .add(
                                    happening.tone() == Scene.Tone.STORY
                                            ? Style.STRONG
                                            : Style.PLAIN,
                                    shortened(happening.text(), width - 11)));
        }
        return lines;
    }

    private static List<Scene.Row> withoutOne(List<Scene.Row> rows) {
        var rest = new ArrayList<>(rows);
        for (var row : rows) {
            if (row.lifecycle() == Lifecycle.GONE || row.lifecycle() == Lifecycle.FAILED) {
                rest.remove(row);
                return rest;
            }
        }
        rest.removeLast();
        return rest;
    }

    private Line rule() {
        return new Line().add(Style.GONE, " " + glyphs.rule().repeat(Math.max(0, width - 2)));
    }

    private static String shortened(String text, int width) {
        return text.length() <= width ? text : Line.cut(text, Math.max(0, width - 3)) + "...";
    }

    static String clock(Duration time) {
        return "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
    }

    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.1f %%", value);
    }
}
