package dev.ebb.sim;

import dev.ebb.core.Bounds;
import dev.ebb.core.Policy;
import dev.ebb.core.Schedule;
import dev.ebb.core.Starts;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.List;

/**
 * The checker's own reading of schedules: it goes back minute by minute over the length of a
 * window, and looks at each whether the clock on the wall showed a beginning. Pure.
 */
final class ScheduleFacts {
    private static final long MINUTE = 60_000;

    private ScheduleFacts() {}

    /** The highest floor of the windows that are open; 0 without any. */
    static int floor(Policy policy, long wallMillis) {
        return schedules(policy).stream()
                .filter(it -> it.min().isPresent() && isOpen(it, wallMillis))
                .mapToInt(it -> it.min().getAsInt())
                .max()
                .orElse(0);
    }

    /** The lowest ceiling of the windows that are open. */
    static int ceiling(Policy policy, long wallMillis) {
        return schedules(policy).stream()
                .filter(it -> it.max().isPresent() && isOpen(it, wallMillis))
                .mapToInt(it -> it.max().getAsInt())
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    private static List<Schedule> schedules(Policy policy) {
        return policy.bounds().map(Bounds::schedules).orElse(List.of());
    }

    private static boolean isOpen(Schedule schedule, long wallMillis) {
        long minute = Math.floorDiv(wallMillis, MINUTE) * MINUTE;
        for (long at = minute; wallMillis - at < schedule.length().toMillis(); at -= MINUTE) {
            if (begins(schedule.starts(), Instant.ofEpochMilli(at).atZone(schedule.zone()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean begins(Starts starts, ZonedDateTime shown) {
        LocalDate day = shown.toLocalDate();
        LocalTime time = shown.toLocalTime();
        boolean weekDay =
                starts.weekDays().isEmpty() || starts.weekDays().contains(day.getDayOfWeek());
        boolean date = starts.dates().isEmpty() || starts.dates().contains(day);
        return weekDay && date && starts.times().contains(time);
    }
}
