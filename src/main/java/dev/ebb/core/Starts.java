package dev.ebb.core;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.OptionalLong;

/**
 * At which local times something begins, as plain fields: the days that fit, and the times of each
 * of them. An empty list of days, dates or months is any. Immutable.
 *
 * <p>Where the clocks go forward over a time, it begins when they do; where they go back over it,
 * it begins at the first of the two and only there.
 *
 * @param times of the day, in order; at least one
 * @param dates only these; then nothing else is asked of a day
 * @param months 1 to 12
 * @param monthDays 1 to 31
 * @param weekDays days of the week
 * @param eitherDay of a day of the month and one of the week, one is enough (as cron has it)
 */
public record Starts(
        List<LocalTime> times,
        List<LocalDate> dates,
        List<Integer> months,
        List<Integer> monthDays,
        List<DayOfWeek> weekDays,
        boolean eitherDay) {

    public Starts {
        times = times.stream().sorted().distinct().toList();
        dates = dates.stream().sorted().distinct().toList();
        months = List.copyOf(months);
        monthDays = List.copyOf(monthDays);
        weekDays = List.copyOf(weekDays);
        if (times.isEmpty()) {
            throw new IllegalArgumentException("it never begins");
        }
    }

    /** The last one at or before this moment, if it is no longer ago than this. */
    OptionalLong last(long wallMillis, Duration within, ZoneId zone) {
        LocalDate day = day(wallMillis, zone).plusDays(1);
        LocalDate first = day(wallMillis - within.toMillis(), zone).minusDays(1);
        for (; !day.isBefore(first); day = day.minusDays(1)) {
            for (int i = times.size() - 1; i >= 0 && fits(day); i--) {
                long at = millis(day, times.get(i), zone);
                if (at <= wallMillis) {
                    return wallMillis - at <= within.toMillis()
                            ? OptionalLong.of(at)
                            : OptionalLong.empty();
                }
            }
        }
        return OptionalLong.empty();
    }

    /** The first one after this moment, if it is no further away than this. */
    OptionalLong next(long wallMillis, Duration within, ZoneId zone) {
        LocalDate day = day(wallMillis, zone).minusDays(1);
        LocalDate last = day(wallMillis + within.toMillis(), zone).plusDays(1);
        for (; !day.isAfter(last); day = day.plusDays(1)) {
            for (int i = 0; i < times.size() && fits(day); i++) {
                long at = millis(day, times.get(i), zone);
                if (at > wallMillis) {
                    return at - wallMillis <= within.toMillis()
                            ? OptionalLong.of(at)
                            : OptionalLong.empty();
                }
            }
        }
        return OptionalLong.empty();
    }

    private boolean fits(LocalDate day) {
        if (!dates.isEmpty()) {
            return dates.contains(day);
        }
        if (!months.isEmpty() && !months.contains(day.getMonthValue())) {
            return false;
        }
        boolean inMonth = monthDays.isEmpty() || monthDays.contains(day.getDayOfMonth());
        boolean inWeek = weekDays.isEmpty() || weekDays.contains(day.getDayOfWeek());
        boolean both = !monthDays.isEmpty() && !weekDays.isEmpty();
        return (eitherDay && both) ? inMonth || inWeek : inMonth && inWeek;
    }

    private static LocalDate day(long wallMillis, ZoneId zone) {
        return Instant.ofEpochMilli(wallMillis).atZone(zone).toLocalDate();
    }

    private static long millis(LocalDate day, LocalTime time, ZoneId zone) {
        LocalDateTime local = day.atTime(time);
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        return change != null && change.isGap()
                ? change.getInstant().toEpochMilli()
                : local.atZone(zone).toInstant().toEpochMilli();
    }
}
