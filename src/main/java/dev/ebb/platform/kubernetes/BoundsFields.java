package dev.ebb.platform.kubernetes;

import dev.ebb.core.Bounds;
import dev.ebb.core.Crontab;
import dev.ebb.core.Hold;
import dev.ebb.core.NotBelow;
import dev.ebb.core.PerHour;
import dev.ebb.core.Reason;
import dev.ebb.core.Schedule;
import dev.ebb.core.ServiceName;
import dev.ebb.core.Starts;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code spec.schedules}, {@code spec.notBelow} and {@code spec.scaleIn.perHour}: what bounds the
 * number besides the load, as the configuration in files has it. Pure.
 *
 * @param wrong what no schema could refuse; of what is wrong nothing is heeded
 */
record BoundsFields(Bounds bounds, Optional<PerHour> perHour, Optional<Hold> wrong) {
    private static final List<String> DAYS =
            List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final double MOST_FOR_EACH = 1000;

    static BoundsFields of(Fields spec) {
        List<Schedule> schedules = new ArrayList<>();
        Optional<Hold> wrong = Optional.empty();
        for (Fields one : spec.all("schedules")) {
            try {
                Schedule schedule = schedule(one);
                if (never(schedule)) {
                    throw new DateTimeException("it never begins: there is no such day");
                }
                schedules.add(schedule);
            } catch (DateTimeException | IllegalArgumentException e) {
                wrong = Optional.of(wrong(one.text("name", ""), e));
            }
        }
        return new BoundsFields(
                new Bounds(schedules, notBelow(spec)), perHour(spec.in("scaleIn")), wrong);
    }

    private static Hold wrong(String name, RuntimeException e) {
        return new Hold(
                Reason.of(
                        "bad_schedule",
                        "the schedule '%s' is not heeded: %s".formatted(name, e.getMessage())),
                "that put right in spec.schedules");
    }

    /** Dates may all be over; anything else that does not come within some years never does. */
    private static boolean never(Schedule schedule) {
        return schedule.starts().dates().isEmpty() && schedule.next(0, Schedule.FAR).isEmpty();
    }

    private static Schedule schedule(Fields one) {
        return new Schedule(
                one.text("name", ""),
                one.text("cron").map(BoundsFields::cron).orElseGet(() -> at(one)),
                one.seconds("forSeconds", 3600),
                zone(one.text("timeZone", "UTC")),
                number(one, "minReplicas"),
                number(one, "maxReplicas"));
    }

    private static Starts cron(String text) {
        return switch (Crontab.read(text, word -> "'" + word + "'")) {
            case Crontab.Read.Good(Starts starts) -> starts;
            case Crontab.Read.Bad(String why) -> throw new DateTimeException("cron " + why);
        };
    }

    private static Starts at(Fields one) {
        return new Starts(
                one.texts("at").stream().map(LocalTime::parse).toList(),
                one.texts("dates").stream().map(LocalDate::parse).toList(),
                List.of(),
                List.of(),
                one.texts("days").stream()
                        .map(DAYS::indexOf)
                        .filter(day -> day >= 0)
                        .map(day -> DayOfWeek.of(day + 1))
                        .toList(),
                false);
    }

    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new DateTimeException("there is no time zone '" + name + "'", e);
        }
    }

    private static OptionalInt number(Fields one, String key) {
        return one.decimal(key)
                .map(n -> OptionalInt.of((int) (double) n))
                .orElseGet(OptionalInt::empty);
    }

    private static List<NotBelow> notBelow(Fields spec) {
        List<NotBelow> all = new ArrayList<>();
        for (Fields one : spec.all("notBelow")) {
            String name = one.text("serviceScale", "");
            double ratio = one.decimal("ratio").orElse(0.0);
            if (ServiceName.isValid(name) && ratio > 0 && ratio <= MOST_FOR_EACH) {
                all.add(new NotBelow(new ServiceName(name), ratio));
            }
        }
        return all;
    }

    /** A number of pods, or a share such as {@code 10%}. */
    private static Optional<PerHour> perHour(Fields in) {
        Optional<PerHour> share =
                in.text("perHour")
                        .filter(text -> text.matches("[0-9]{1,3}%"))
                        .map(text -> Integer.parseInt(text.substring(0, text.length() - 1)))
                        .filter(percent -> percent >= 1 && percent <= 100)
                        .map(percent -> new PerHour(0, percent / 100.0));
        return share.or(() ->
                in.decimal("perHour")
                        .filter(count -> count >= 1)
                        .map(count -> new PerHour((int) Math.min(count, PerHour.MOST), 0)));
    }
}
