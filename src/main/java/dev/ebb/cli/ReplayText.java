package dev.ebb.cli;

import dev.ebb.control.ReplayReport;
import dev.ebb.control.ReplayReport.Difference;
import dev.ebb.control.ReplayReport.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a replay found, as lines of text. */
final class ReplayText {
    private static final int DIFFERENCES_SHOWN = 5;
    private static final int STRETCHES_SHOWN = 10;

    private final long nowMillis;
    private final List<String> lines = new ArrayList<>();

    ReplayText(long nowMillis) {
        this.nowMillis = nowMillis;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    void add(ReplayReport report) {
        lines.add(report.service() + ": " + verdict(report));
        if (report.firstMillis().isPresent() && report.lastMillis().isPresent()) {
            lines.add(
                    "  compared   %d, from %s to %s, in %s of Ebb"
                            .formatted(
                                    report.decisions(),
                                    moment(report.firstMillis().getAsLong()),
                                    moment(report.lastMillis().getAsLong()),
                                    report.lives() == 1 ? "1 life" : report.lives() + " lives"));
            lines.add("  identical  " + report.identical());
            lines.add("  different  " + report.different());
        }
        if (report.states() > 0) {
            lines.add(
                    "  state      compared %s, different %d"
                            .formatted(times(report.states()), report.statesDifferent()));
        }
        if (report.unconfirmed() > 0) {
            lines.add(
                    "  cut short  %d, where the record ends before it says what was decided"
                            .formatted(report.unconfirmed()));
        }
        stretches(report);
        differences(report);
    }

    private static String verdict(ReplayReport report) {
        if (report.decisions() == 0) {
            return "no decision could be made again";
        }
        long bad = report.different() + report.statesDifferent();
        return bad == 0
                ? "every decision came out the same"
                : "NOT every decision came out the same";
    }

    private void stretches(ReplayReport report) {
        if (report.notReplayed() + report.notKept() == 0) {
            return;
        }
        lines.add(
                "  not exact  %s on record could not be replayed exactly, %d more are not on record"
                        .formatted(
                                Texts.count(report.notReplayed(), "observation"),
                                report.notKept()));
        report.stretches().stream().limit(STRETCHES_SHOWN).forEach(s -> lines.add(stretch(s)));
        more(report.stretches().size() - STRETCHES_SHOWN);
    }

    private String stretch(Stretch s) {
        return "             %s to %s: %s"
                .formatted(moment(s.fromMillis()), moment(s.toMillis()), s.cause().text());
    }

    private void differences(ReplayReport report) {
        for (Difference one : report.differences().stream().limit(DIFFERENCES_SHOWN).toList()) {
            lines.add(
                    "  %s  tick %d, %s"
                            .formatted(
                                    moment(one.wallMillis()),
                                    one.tick(),
                                    one.what().name().toLowerCase(Locale.ROOT)));
            lines.add("    recorded:  " + one.recorded());
            lines.add("    replayed:  " + one.replayed());
        }
        more(report.differences().size() - DIFFERENCES_SHOWN);
    }

    private void more(int left) {
        if (left > 0) {
            lines.add("             and " + left + " more; see: ebb replay --json");
        }
    }

    private static String times(long count) {
        return count == 1 ? "once" : count + " times";
    }

    private String moment(long millis) {
        return Texts.moment(millis, nowMillis);
    }
}
