package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the keys of a schedule mean, by the windows that come of them. */
class ScheduleConfigTest {
    private static final long MONDAY = Instant.parse("2027-02-01T00:00:00Z").toEpochMilli();

    private static Schedule schedule(String keys) {
        String yaml =
                """
                services:
                  web:
                    run: {command: serve}
                    instances: 2..9
                    policy: {schedules: [{name: s, for: 90m, min: 3, %s}]}
                """
                        .formatted(keys);
        Loaded loaded = ConfigFile.read("f.yaml", yaml);
        assertThat(loaded.problems()).isEmpty();
        return loaded.config()
                .orElseThrow()
                .services()
                .getFirst()
                .policy()
                .bounds()
                .orElseThrow()
                .schedules()
                .getFirst();
    }

    /** The next three begins, as days since that Monday and times, in UTC. */
    private static String begins(Schedule schedule) {
        List<String> all = new ArrayList<>();
        long at = MONDAY;
        for (int i = 0; i < 3; i++) {
            Optional<Schedule.Window> next = schedule.next(at, Schedule.FAR);
            if (next.isEmpty()) {
                break;
            }
            at = next.get().fromMillis();
            Duration since = Duration.ofMillis(at - MONDAY);
            all.add(
                    "%d %02d:%02d"
                            .formatted(since.toDays(), since.toHoursPart(), since.toMinutesPart()));
        }
        return String.join(" ", all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "at: 08:30 | 0 08:30 1 08:30 2 08:30",
                "at: 8:30, days: [tue, thu-fri] | 1 08:30 3 08:30 4 08:30",
                "at: [09:00, 08:00], days: sat-mon | 0 08:00 0 09:00 5 08:00",
                "at: 12:00, dates: [2027-02-03, 2027-03-01] | 2 12:00 28 12:00",
                "at: 08:30, timezone: Europe/Berlin | 0 07:30 1 07:30 2 07:30",
                "cron: '30 8 * * *' | 0 08:30 1 08:30 2 08:30",
                "cron: '30 8 * * 1-5' | 0 08:30 1 08:30 2 08:30",
                "cron: '30 8 * * TUE,thu' | 1 08:30 3 08:30 8 08:30",
                "cron: '0 8 * * 7' | 6 08:00 13 08:00 20 08:00",
                "cron: '0 8 * * 0,7' | 6 08:00 13 08:00 20 08:00",
                "cron: '*/30 8-9 * * *' | 0 08:00 0 08:30 0 09:00",
                "cron: '0 8-18/5 * * *' | 0 08:00 0 13:00 0 18:00",
                "cron: '0 8 3 * *' | 2 08:00 30 08:00 61 08:00",
                "cron: '0 8 3 * fri' | 2 08:00 4 08:00 11 08:00",
                "cron: '0 8 */31 * mon' | 0 08:00 28 08:00 273 08:00",
                "cron: '0 8 1 mar *' | 28 08:00 394 08:00 759 08:00"
            })
    void opensWhenItSays(String keys, String expected) {
        assertThat(begins(schedule(keys))).isEqualTo(expected);
    }

    @Test
    void hasItsLengthItsZoneAndItsBounds() {
        Schedule schedule = schedule("at: 08:30, timezone: America/New_York, max: 7");
        assertThat(schedule.length()).isEqualTo(Duration.ofMinutes(90));
        assertThat(schedule.zone()).hasToString("America/New_York");
        assertThat(schedule.min()).hasValue(3);
        assertThat(schedule.max()).hasValue(7);
    }
}
