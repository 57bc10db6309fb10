package dev.ebb.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.core.Command;
import dev.ebb.core.Explanation;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Need;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import dev.ebb.core.Ranked;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** One evening of a service, told. */
class NarratorTest {
    private static final ServiceName HELLO = new ServiceName("hello");
    private static final long START = Instant.parse("2026-03-01T20:00:00Z").toEpochMilli();

    private final List<Stored.Known> entries = new ArrayList<>();
    private long at = START;

    @Test
    void tellsWhatWasDoneAndWhyThisInstanceAndNotAnother() {
        parkAndStop();
        var story = Narrator.tell(HELLO, entries.stream());
        assertThat(story.told())
                .extracting(Told::kind)
                .containsExactly("hold", "park", "trial", "drain", "stop", "gone");
        var park = story.told().get(1);
        assertThat(park.instance()).contains(id(4));
        assertThat(park.because()).first().asString().contains("no more than 3 for 120 s");
        assertThat(park.rather()).hasValueSatisfying(r -> assertThat(r).contains("hello-2: 15 %"));
    }

    @Test
    void readsWell() {
        began();
        parkAndStop();
        rescued();
        failed();
        later(
                30,
                decided(
                        3,
                        2,
                        List.of(),
                        hold(
                                "host_busy",
                                "the host's CPU is 97 % used, so what"
                                        + " instances use says little",
                                "a host less busy")));
        var text = new StoryText(ZoneOffset.UTC, 100);
        var lines = text.lines(Narrator.tell(HELLO, entries.stream()), at + 8_000);
        if (Boolean.getBoolean("ebb.show")) {
            lines.forEach(System.out::println);
        }
        assertThat(lines).allMatch(line -> line.length() <= 100).first().isEqualTo("2026-03-01");
        assertThat(lines)
                .anyMatch(line -> line.matches(".*held: +the host's CPU is 97 % used.*"))
                .anyMatch(line -> line.matches(".*released: +a host less busy"))
                .anyMatch(line -> line.contains("hello now: 3 serve, 2 wanted (decided 8 s ago)"));
    }

    @Test
    void aHoldThatPassedAtOnceIsNoNews() {
        later(1, decided(4, 3, List.of(), hold("coverage", "only 80 % report", "fresh data")));
        later(2, decided(4, 4, List.of()));
        var story = Narrator.tell(HELLO, entries.stream());
        assertThat(story.told()).isEmpty();
        assertThat(story.outlook().orElseThrow().explanation().holds()).isEmpty();
    }

    @Test
    void anotherServiceIsNotInTheStory() {
        later(1, new JournalEntry.Ordered(at, new ServiceName("other"), OptionalInt.of(3)));
        assertThat(Narrator.tell(HELLO, entries.stream()).told()).isEmpty();
    }

    @Test
    void controlCharactersDoNotReachTheTerminal() {
        later(
                1,
                moved(
                        1,
                        Lifecycle.SERVING,
                        Lifecycle.FAILED,
                        0,
                        Reason.of("x", "said \u001b[2J\n")));
        var lines =
                new StoryText(ZoneOffset.UTC, 80).lines(Narrator.tell(HELLO, entries.stream()), at);
        assertThat(lines).noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
    }

    @Test
    void asJsonItKeepsCodesAndNumbers() {
        parkAndStop();
        var json = JsonMapper.shared().readTree(Narrator.tell(HELLO, entries.stream()).toJson());
        assertThat(json.at("/service").asString()).isEqualTo("hello");
        assertThat(json.at("/told/1/kind").asString()).isEqualTo("park");
        assertThat(json.at("/told/1/instance").asString()).isEqualTo("hello-4");
        assertThat(json.at("/told/1/reasons/0/code").asString()).isEqualTo("excess");
        assertThat(json.at("/told/1/reasons/0/numbers/needed").asDouble()).isEqualTo(3);
        assertThat(json.at("/outlook/explanation/serving").asInt()).isEqualTo(3);
    }

    private void began() {
        later(0, new JournalEntry.Opened(at, "0.1.0"));
        later(
                0,
                new JournalEntry.Configured(
                        at, HELLO, Policy.DEFAULT.withRange(new Policy.Range(2, 8))));
        for (int i = 1; i <= 2; i++) {
            var start =
                    new Planned(
                            new Command.Start(id(i), Optional.empty()),
                            List.of(
                                    Reason.of(
                                            "below_target",
                                            "4 instances should stand, %d do".formatted(i - 1))));
            later(0, decided(0, 4, List.of(start)));
            later(0, intended(i, Optional.empty()));
            later(
                    2,
                    moved(
                            i,
                            Lifecycle.STARTING,
                            Lifecycle.WARMING,
                            0,
                            Reason.of("ready", "its first check was good")));
            later(
                    9,
                    moved(
                            i,
                            Lifecycle.WARMING,
                            Lifecycle.SERVING,
                            0,
                            Reason.of("warm", "its slow start is over")));
        }
    }

    private void parkAndStop() {
        later(
                1,
                decided(
                        4,
                        3,
                        List.of(),
                        hold(
                                "young_history",
                                "the load is known for 40 s, 120 s are needed",
                                "time")));
        var reasons =
                List.of(
                        new Reason(
                                "excess",
                                "4 instances serve, the load has needed no more than 3 for"
                                        + " 120 s",
                                Map.of("serving", 4.0, "needed", 3.0)),
                        Reason.of("projected", "without it the others would be 41 % used"));
        later(80, decided(4, 3, List.of(new Planned(new Command.Park(id(4)), reasons))));
        later(0, moved(4, Lifecycle.SERVING, Lifecycle.PARKING, 2, reasons.toArray(Reason[]::new)));
        later(
                1,
                moved(
                        4,
                        Lifecycle.PARKING,
                        Lifecycle.PARKED,
                        0,
                        Reason.of(
                                "acknowledged",
                                "every data plane has confirmed that it gets no new requests")));
        later(0, decided(3, 3, List.of(), hold("trial", "the trial has run for 1 s", "time")));
        later(
                25,
                moved(
                        4,
                        Lifecycle.PARKED,
                        Lifecycle.DRAINING,
                        0,
                        Reason.of(
                                "trial_won",
                                "412 requests without it, 0 failed: the others are as well as"
                                        + " predicted")));
        later(
                1,
                moved(
                        4,
                        Lifecycle.DRAINING,
                        Lifecycle.STOPPING,
                        0,
                        Reason.of(
                                "drained",
                                "every data plane has confirmed, and nothing is in flight")));
        later(
                1,
                moved(
                        4,
                        Lifecycle.STOPPING,
                        Lifecycle.GONE,
                        0,
                        Reason.of("stopped", "it has ended as asked")));
        later(0, decided(3, 3, List.of()));
    }

    private void rescued() {
        later(300, moved(2, Lifecycle.SERVING, Lifecycle.PARKING, 0));
        later(
                12,
                moved(
                        2,
                        Lifecycle.PARKED,
                        Lifecycle.SERVING,
                        0,
                        Reason.of(
                                "load_returned",
                                "the load needs 3 instances, 2 carry it: CPU 1.9 of 3 cores in"
                                        + " use")));
    }

    private void failed() {
        later(
                1,
                new JournalEntry.HealthChanged(
                        at,
                        id(1),
                        Health.HEALTHY,
                        Health.EJECTED,
                        Reason.of("connect_refused", "5 connects in a row were refused")));
        later(
                1,
                moved(
                        1,
                        Lifecycle.SERVING,
                        Lifecycle.FAILED,
                        3,
                        Reason.of("exited", "its process ended unasked: exit code 137")));
        later(0, intended(5, Optional.of(id(1))));
        later(4, new JournalEntry.Identified(at, id(3), "boot:1:2", true));
        later(1, new JournalEntry.Frozen(at, Optional.empty(), true));
    }

    private JournalEntry intended(int ordinal, Optional<InstanceId> replaces) {
        return new JournalEntry.Intended(
                at,
                new LaunchIntent(id(ordinal), "t", "127.0.0.1", 20_000 + ordinal, at),
                replaces);
    }

    private JournalEntry moved(
            int ordinal, Lifecycle from, Lifecycle to, int inFlight, Reason... reasons) {
        return new JournalEntry.Moved(at, id(ordinal), from, to, List.of(reasons), inFlight, false);
    }

    private JournalEntry decided(int serving, int wanted, List<Planned> planned, Hold... holds) {
        var ranking =
                List.of(
                        new Ranked(
                                id(4),
                                0.12,
                                1.2,
                                Reason.of(
                                        "rank",
                                        "12 % used, 0.3 in flight, 0 streams,"
                                                + " mean latency 4.1 ms: cost 1.2")),
                        new Ranked(
                                id(2),
                                0.15,
                                3.1,
                                Reason.of(
                                        "rank",
                                        "15 % used, 2.1 in flight, 0 streams,"
                                                + " mean latency 4.0 ms: cost 3.1")));
        var needs =
                List.of(
                        new Need(
                                "cpu",
                                wanted,
                                wanted,
                                Reason.of(
                                        "need_cpu",
                                        "CPU: 1.4 cores used, 60 %% of 1 core wanted: %d"
                                                .formatted(wanted))),
                        new Need(
                                "concurrency",
                                1,
                                1,
                                Reason.of(
                                        "need_concurrency",
                                        "12 requests in flight, 70 % of 40 wanted: 1")));
        return new JournalEntry.Decided(
                at,
                HELLO,
                new Explanation(serving, wanted, needs, ranking, planned, List.of(holds)));
    }

    private static Hold hold(String code, String text, String release) {
        return new Hold(Reason.of(code, text), release);
    }

    private static InstanceId id(int ordinal) {
        return new InstanceId(HELLO, ordinal);
    }

    /** An entry, and the time that passes before it. */
    private void later(int seconds, JournalEntry entry) {
        at += seconds * 1_000L;
        entries.add(new Stored.Known(entries.size() + 1, Timed.at(entry, at), 0));
    }
}
