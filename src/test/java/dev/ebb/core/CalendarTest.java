package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Timelines under schedules; the clock on the wall begins at 0:00. */
class CalendarTest {
    private static final int START_SECONDS = 12;

    private static Schedule floor(String name, String at, int minutes, int min) {
        return schedule(name, at, minutes, OptionalInt.of(min), OptionalInt.empty());
    }

    private static Schedule ceiling(String name, String at, int minutes, int max) {
        return schedule(name, at, minutes, OptionalInt.empty(), OptionalInt.of(max));
    }

    private static Schedule schedule(
            String name, String at, int minutes, OptionalInt min, OptionalInt max) {
        return new Schedule(
                name,
                new Starts(
                        List.of(LocalTime.parse(at)),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        false),
                Duration.ofMinutes(minutes),
                ZoneId.of("UTC"),
                min,
                max);
    }

    private static Policy policy(int min, int max, Schedule... schedules) {
        return Fleet.quick(min, max).withBounds(new Bounds(List.of(schedules), List.of()));
    }

    /** As {@link Fleet#until}, but that an instance is well only some time after its start. */
    private static void until(Fleet fleet, double end) {
        fleet.startsReady = false;
        while (fleet.seconds < end) {
            for (Instance one : fleet.state.instances()) {
                if (fleet.now().isPast(one.bornNanos(), Duration.ofSeconds(START_SECONDS - 1))) {
                    fleet.health.put(one.id(), Health.HEALTHY);
                }
            }
            fleet.until(fleet.seconds + 1);
        }
    }

    private static double at(String event) {
        return Double.parseDouble(event.substring(0, event.indexOf(' ')));
    }

    @Test
    void aFloorIsMetWhenItsWindowOpensAndLeftByRehearsalAfterItCloses() {
        Fleet fleet = new Fleet(policy(2, 10, floor("launch", "00:10", 5, 6)), 2);
        fleet.rate = 30;
        until(fleet, 600);
        assertThat(fleet.serving()).isEqualTo(6);
        assertThat(at(fleet.events("Start").getFirst())).isBetween(540.0, 580.0);
        String why =
                fleet.last.explanation().needs().stream()
                        .filter(n -> n.source().equals("schedule"))
                        .findFirst()
                        .orElseThrow()
                        .reason()
                        .text();
        assertThat(why).isEqualTo("schedule 'launch' wants at least 6 until 1970-01-01 00:15 UTC");

        until(fleet, 899);
        assertThat(fleet.events("Park")).isEmpty();
        fleet.untilSo(f -> f.serving() == 2);
        assertThat(fleet.events("Drain")).as("rehearsed, as always").hasSizeGreaterThan(2);
        assertThat(fleet.events("Rescue")).isEmpty();
    }

    @Test
    void theReasonOfAStartNamesTheSchedule() {
        Fleet fleet = new Fleet(policy(2, 10, floor("launch", "00:10", 5, 6)), 2);
        fleet.rate = 30;
        fleet.until(500);
        fleet.untilSo(f -> f.last.commands().stream().anyMatch(CalendarTest::isStart));
        assertThat(fleet.last.commands().getFirst().reasons())
                .extracting(Reason::text)
                .containsExactly("schedule 'launch' wants at least 6 from 1970-01-01 00:10 UTC");
    }

    private static boolean isStart(Planned planned) {
        return planned.command() instanceof Command.Start;
    }

    @Test
    void nothingIsLetGoThatAnEventWillWantSoon() {
        Fleet fleet = new Fleet(policy(2, 10, floor("launch", "00:02", 5, 6)), 6);
        fleet.rate = 30;
        fleet.until(419);
        assertThat(fleet.events).isEmpty();
        fleet.untilSo(f -> !f.events("Park").isEmpty());
    }

    @Test
    void aCeilingKeepsFromAddingAndItsHoldSaysUntilWhen() {
        Fleet fleet = new Fleet(policy(2, 10, ceiling("night", "00:05", 5, 3)), 3);
        fleet.rate = 100;
        fleet.until(320);
        fleet.rate = 290;
        fleet.until(590);
        assertThat(fleet.state.standing()).isEqualTo(3);
        Hold hold =
                fleet.last.explanation().holds().stream()
                        .filter(h -> h.why().code().equals("ceiling"))
                        .findFirst()
                        .orElseThrow();
        assertThat(hold.why().text()).isEqualTo("5 instances asked for, schedule 'night' allows 3");
        assertThat(hold.release()).isEqualTo("its end at 1970-01-01 00:10 UTC");
        fleet.until(620);
        assertThat(fleet.serving()).isEqualTo(5);
    }

    @Test
    void aCeilingTakesNothingAwayThatTheLoadNeeds() {
        Fleet fleet = new Fleet(policy(2, 10, ceiling("night", "00:01", 30, 3)), 5);
        fleet.rate = 280;
        fleet.until(600);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.serving()).isEqualTo(5);
    }

    @Test
    void aCeilingTakesNothingAwayThatAFloorWantsSoonAfter() {
        Schedule soon = floor("launch", "00:06", 5, 6);
        Schedule night = ceiling("night", "00:05", 60, 3);
        Fleet fleet = new Fleet(policy(2, 10, soon, night), 6);
        fleet.rate = 300;
        fleet.until(299);
        fleet.rate = 30;

        fleet.until(659);
        assertThat(fleet.events).isEmpty();

        fleet.untilSo(f -> f.serving() == 3);
    }

    @Test
    void aFloorGoesBeforeACeilingAndSaysSo() {
        Fleet fleet =
                new Fleet(
                        policy(
                                2,
                                10,
                                floor("launch", "00:10", 5, 6),
                                ceiling("night", "00:00", 60, 3),
                                ceiling("lunch", "00:00", 60, 4)),
                        2);
        fleet.rate = 30;
        until(fleet, 610);
        assertThat(fleet.serving()).isEqualTo(6);
        assertThat(fleet.last.explanation().needs())
                .extracting(n -> n.reason().text())
                .contains(
                        "schedule 'launch' wants at least 6 until 1970-01-01 00:15 UTC, which goes"
                                + " before the 3 that schedule 'night' allows");
    }

    @Test
    void theHighestFloorCounts() {
        Fleet fleet =
                new Fleet(
                        policy(2, 10, floor("low", "00:05", 20, 3), floor("high", "00:10", 5, 6)),
                        2);
        fleet.rate = 30;
        until(fleet, 500);
        assertThat(fleet.serving()).isEqualTo(3);
        until(fleet, 600);
        assertThat(fleet.serving()).isEqualTo(6);
        until(fleet, 900);
        fleet.untilSo(f -> f.serving() == 3);
        until(fleet, 1490);
        assertThat(fleet.serving()).isEqualTo(3);
    }

    @Test
    void nobodyIsStartedForAScheduleWhileOnlyObserving() {
        Policy observing =
                policy(2, 10, floor("launch", "00:10", 5, 6)).withMode(Policy.Mode.OBSERVE);
        Fleet fleet = new Fleet(observing, 2);
        fleet.rate = 30;
        fleet.until(700);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.holds()).contains("observe");
    }

    @Test
    void anOrderedSizeIsNotBoundByASchedule() {
        Fleet fleet = new Fleet(policy(2, 10, floor("launch", "00:10", 5, 6)), 2);
        fleet.state = fleet.state.withOrdered(OptionalInt.of(2));
        fleet.rate = 30;
        fleet.until(700);
        assertThat(fleet.serving()).isEqualTo(2);
    }

    @Test
    void aPolicyWithoutSchedulesIsUnbounded() {
        assertThat(policy(2, 10).bounds()).isEqualTo(Optional.empty());
    }
}
