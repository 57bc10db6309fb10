package dev.ebb.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.core.Command;
import dev.ebb.core.Explanation;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Planned;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ChronicleTest {
    private static final ServiceName HELLO = new ServiceName("hello");
    private static final Reason WHY = Reason.of("why", "there is a reason");

    private Duration now = Duration.ZERO;
    private final Chronicle chronicle = new Chronicle(() -> now);

    @Test
    void keepsEachActionWithItsNumbers() {
        at(0);
        chronicle.see(new JournalEntry.Intended(0, intent(1), Optional.empty()));
        at(10);
        move(1, Lifecycle.SERVING, Lifecycle.PARKING, 3);
        move(1, Lifecycle.PARKING, Lifecycle.PARKED, 1);
        at(12);
        move(1, Lifecycle.PARKED, Lifecycle.SERVING, 0);
        at(20);
        move(1, Lifecycle.SERVING, Lifecycle.PARKING, 2);
        move(1, Lifecycle.PARKED, Lifecycle.DRAINING, 0);
        at(25);
        move(1, Lifecycle.DRAINING, Lifecycle.STOPPING, 0);
        move(1, Lifecycle.STOPPING, Lifecycle.GONE, 0);

        assertThat(chronicle.actions())
                .extracting(Action::kind)
                .containsExactly(
                        Action.Kind.START,
                        Action.Kind.PARK,
                        Action.Kind.RESCUE,
                        Action.Kind.PARK,
                        Action.Kind.STOP);
        Action stop = chronicle.actions().getLast();
        assertThat(stop.at()).isEqualTo(Duration.ofSeconds(25));
        assertThat(stop.inFlightAtPark()).isEqualTo(OptionalInt.of(2));
        assertThat(stop.inFlightAtStop()).isEqualTo(OptionalInt.of(0));
        // What its trial has shown, and that nothing was in flight.
        assertThat(stop.reasons()).containsExactly(WHY, WHY);
        assertThat(chronicle.happenings())
                .extracting(happening -> happening.text())
                .contains("hello-1 parked, 3 in flight: there is a reason");
    }

    @Test
    void countsAReplacementAsSuchAndNotAsAStart() {
        var start = new Command.Start(id(6), Optional.of(id(2)));
        chronicle.see(
                new JournalEntry.Decided(
                        0,
                        HELLO,
                        new Explanation(
                                2,
                                3,
                                List.of(),
                                List.of(),
                                List.of(new Planned(start, List.of(WHY))),
                                List.of())));
        chronicle.see(
                new JournalEntry.Moved(
                        0, id(2), Lifecycle.SERVING, Lifecycle.FAILED, List.of(), 0, false));
        chronicle.see(new JournalEntry.Intended(0, intent(6), Optional.of(id(2))));
        // What clears the failed one away is no scaling.
        move(2, Lifecycle.FAILED, Lifecycle.STOPPING, 0);

        assertThat(chronicle.actions())
                .singleElement()
                .satisfies(action -> {
                    assertThat(action.kind()).isEqualTo(Action.Kind.REPLACE);
                    assertThat(action.instance()).isEqualTo(id(6));
                    assertThat(action.reasons()).containsExactly(WHY);
                });
    }

    @Test
    void tellsEjectionsAndTheirEnd() {
        chronicle.see(health(Health.UNKNOWN, Health.EJECTED));
        chronicle.see(health(Health.EJECTED, Health.HEALTHY));
        assertThat(chronicle.actions()).as("not while it is starting").isEmpty();

        move(1, Lifecycle.STARTING, Lifecycle.SERVING, 0);
        chronicle.see(health(Health.HEALTHY, Health.EJECTED));
        chronicle.see(health(Health.EJECTED, Health.HEALTHY));
        assertThat(chronicle.actions())
                .extracting(Action::kind)
                .containsExactly(Action.Kind.EJECT, Action.Kind.READMIT);
    }

    @Test
    void leavesOutTheTidyingUp() {
        chronicle.close();
        move(1, Lifecycle.SERVING, Lifecycle.STOPPING, 0);
        assertThat(chronicle.actions()).isEmpty();
    }

    @Test
    void sumsUpLifetimes() {
        var lifetimes = new Lifetimes(() -> now);
        at(0);
        lifetimes.started(id(1), Duration.ZERO);
        lifetimes.started(id(2), Duration.ZERO);
        lifetimes.allStarted();
        at(10);
        lifetimes.exited(id(2));
        lifetimes.exited(id(2));
        lifetimes.started(id(3), Duration.ofSeconds(9));
        at(30);

        assertThat(lifetimes.used()).isEqualTo(Duration.ofSeconds(30 + 10 + 21));
        assertThat(lifetimes.least()).isEqualTo(1);
        assertThat(lifetimes.most()).isEqualTo(2);
        assertThat(lifetimes.running()).isEqualTo(2);
    }

    private void at(int seconds) {
        now = Duration.ofSeconds(seconds);
    }

    private void move(int ordinal, Lifecycle from, Lifecycle to, int inFlight) {
        chronicle.see(
                new JournalEntry.Moved(0, id(ordinal), from, to, List.of(WHY), inFlight, false));
    }

    private static JournalEntry health(Health from, Health to) {
        return new JournalEntry.HealthChanged(0, id(1), from, to, WHY);
    }

    private static LaunchIntent intent(int ordinal) {
        return new LaunchIntent(id(ordinal), "token", "127.0.0.1", 1000 + ordinal, 0);
    }

    private static InstanceId id(int ordinal) {
        return new InstanceId(HELLO, ordinal);
    }
}
