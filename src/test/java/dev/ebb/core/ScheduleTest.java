package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** When windows are open, changes of the clocks included. */
class ScheduleTest {
    private static final String BERLIN = "Europe/Berlin";

    private static Starts at(String... times) {
        return new Starts(
                List.of(times).stream().map(LocalTime::parse).toList(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                false);
    }

    private static Schedule schedule(Starts starts, Duration length, String zone) {
        return new Schedule(
                "s", starts, length, ZoneId.of(zone), OptionalInt.of(2), OptionalInt.empty());
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    /** The begins after a moment, until another. */
    private static List<String> begins(Schedule schedule, String from, String until) {
        List<String> all = new ArrayList<>();
        long at = millis(from);
        while (true) {
            Optional<Schedule.Window> next = schedule.next(at, Schedule.FAR);
            if (next.isEmpty() || next.get().fromMillis() >= millis(until)) {
                return all;
            }
            at = next.get().fromMillis();
            all.add(Instant.ofEpochMilli(at).toString());
        }
    }

    @Test
    void isOpenFromItsBeginUntilItsEnd() {
        Schedule morning = schedule(at("08:00"), Duration.ofHours(2), BERLIN);
        assertThat(morning.open(millis("2027-01-11T06:59:59.999Z"))).isEmpty();
        assertThat(morning.open(millis("2027-01-11T07:00:00Z"))).isPresent();
        assertThat(morning.open(millis("2027-01-11T08:59:59.999Z"))).isPresent();
        assertThat(morning.open(millis("2027-01-11T09:00:00Z"))).isEmpty();
    }

    @Test
    void aWindowOverMidnightIsOpenOnTheNextDay() {
        Schedule night = schedule(at("22:00"), Duration.ofHours(10), "UTC");
        assertThat(night.open(millis("2027-01-11T05:00:00Z")))
                .hasValue(
                        new Schedule.Window(
                                millis("2027-01-10T22:00:00Z"), millis("2027-01-11T08:00:00Z")));
    }

    @Test
    void ofWindowsThatOverlapTheOneThatClosesLastCounts() {
        Schedule often = schedule(at("08:00", "09:00"), Duration.ofHours(2), "UTC");
        assertThat(often.open(millis("2027-01-11T09:30:00Z")).orElseThrow().untilMillis())
                .isEqualTo(millis("2027-01-11T11:00:00Z"));
    }

    @Test
    void beginsWithTheNewTimeWhereTheClocksSkipIt() {
        // 2027-03-28: from 02:00 to 03:00, at 01:00 UTC.
        Schedule gone = schedule(at("02:30"), Duration.ofHours(1), BERLIN);
        assertThat(begins(gone, "2027-03-27T02:00:00Z", "2027-03-30T00:00:00Z"))
                .containsExactly("2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z");
        assertThat(gone.open(millis("2027-03-28T01:59:59Z"))).isPresent();
        assertThat(gone.open(millis("2027-03-28T02:00:00Z"))).isEmpty();
    }

    @Test
    void beginsOnceWhereTheClocksShowATimeTwice() {
        // 2027-10-31: from 03:00 back to 02:00, at 01:00 UTC.
        Schedule twice = schedule(at("02:30"), Duration.ofMinutes(30), BERLIN);
        assertThat(begins(twice, "2027-10-30T12:00:00Z", "2027-11-02T00:00:00Z"))
                .containsExactly("2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z");
        assertThat(twice.open(millis("2027-10-31T00:45:00Z"))).isPresent();
        assertThat(twice.open(millis("2027-10-31T01:45:00Z"))).as("the second 02:45").isEmpty();
    }

    @Test
    void aYearHasAsManyWindowsAsDaysInEveryZone() {
        for (String zone : List.of("UTC", BERLIN, "America/New_York", "Australia/Lord_Howe")) {
            Schedule daily = schedule(at("02:15"), Duration.ofHours(1), zone);
            assertThat(begins(daily, "2027-01-01T12:00:00Z", "2028-01-01T12:00:00Z"))
                    .as(zone)
                    .hasSize(365);
        }
    }

    @Test
    void dayOfTheMonthAndOfTheWeekAreBothAskedForUnlessOneIsEnough() {
        List<Integer> thirteenth = List.of(13);
        List<DayOfWeek> friday = List.of(DayOfWeek.FRIDAY);
        List<LocalTime> noon = List.of(LocalTime.NOON);
        var both = new Starts(noon, List.of(), List.of(), thirteenth, friday, false);
        var either = new Starts(noon, List.of(), List.of(), thirteenth, friday, true);
        assertThat(
                        begins(
                                schedule(both, Duration.ofHours(1), "UTC"),
                                "2027-01-01T00:00:00Z",
                                "2028-01-01T00:00:00Z"))
                .containsExactly("2027-08-13T12:00:00Z");
        assertThat(
                        begins(
                                schedule(either, Duration.ofHours(1), "UTC"),
                                "2027-08-01T00:00:00Z",
                                "2027-09-01T00:00:00Z"))
                .hasSize(4);
    }

    @Test
    void findsALeapDayAndNoMoreOfDatesThatArePast() {
        var leap =
                new Starts(
                        List.of(LocalTime.NOON),
                        List.of(),
                        List.of(2),
                        List.of(29),
                        List.of(),
                        false);
        assertThat(
                        begins(
                                schedule(leap, Duration.ofHours(1), "UTC"),
                                "2027-01-01T00:00:00Z",
                                "2029-01-01T00:00:00Z"))
                .containsExactly("2028-02-29T12:00:00Z");
        var dated =
                new Starts(
                        List.of(LocalTime.NOON),
                        List.of(LocalDate.of(2027, 1, 5)),
                        List.of(),
                        List.of(),
                        List.of(),
                        false);
        Schedule once = schedule(dated, Duration.ofHours(1), "UTC");
        assertThat(begins(once, "2027-01-01T00:00:00Z", "2030-01-01T00:00:00Z"))
                .containsExactly("2027-01-05T12:00:00Z");
        assertThat(once.next(millis("2027-01-05T12:00:00Z"), Schedule.FAR)).isEmpty();
    }
}
