package dev.ebb.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** Numbers and times as people read them. */
final class Texts {
    static final String NONE = "-";

    /** Made when they are needed, because that takes time. */
    private static final class Formats {
        static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
        static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");
    }

    private Texts() {}

    static String time(long wallMillis) {
        return Instant.ofEpochMilli(wallMillis).atZone(ZoneId.systemDefault()).format(Formats.TIME);
    }

    /** With the day, if that is not today's. */
    static String moment(long wallMillis, long nowMillis) {
        var zone = ZoneId.systemDefault();
        var then = Instant.ofEpochMilli(wallMillis).atZone(zone);
        var now = Instant.ofEpochMilli(nowMillis).atZone(zone);
        boolean today = then.toLocalDate().equals(now.toLocalDate());
        return then.format(today ? Formats.TIME : Formats.DAY);
    }

    /** Two units at most: 850ms, 12s, 3m05s, 2h07m, 3d04h. */
    static String span(Duration d) {
        long seconds = d.toSeconds();
        if (seconds < 1) {
            return d.toMillis() + "ms";
        }
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return "%dm%02ds".formatted(seconds / 60, seconds % 60);
        }
        if (seconds < 86_400) {
            return "%dh%02dm".formatted(seconds / 3600, seconds % 3600 / 60);
        }
        return "%dd%02dh".formatted(seconds / 86_400, seconds % 86_400 / 3600);
    }

    static String percent(double share) {
        return share > 0 && share < 0.1
                ? String.format(Locale.ROOT, "%.1f%%", share * 100)
                : Math.round(share * 100) + "%";
    }

    static String percent(Optional<Double> share) {
        return share.map(Texts::percent).orElse(NONE);
    }

    static String rate(double perSecond) {
        return perSecond == 0 || perSecond >= 100
                ? Long.toString(Math.round(perSecond))
                : String.format(Locale.ROOT, "%.1f", perSecond);
    }

    static String millis(double millis) {
        return millis == 0
                ? NONE
                : String.format(Locale.ROOT, millis < 10 ? "%.1fms" : "%.0fms", millis);
    }

    static String count(long number) {
        return number > -1000 && number < 1000
                ? Long.toString(number)
                : String.format(Locale.ROOT, "%,d", number);
    }

    /** "1 instance", "2 instances". */
    static String count(long number, String one) {
        return count(number) + " " + one + (number == 1 ? "" : "s");
    }
}
