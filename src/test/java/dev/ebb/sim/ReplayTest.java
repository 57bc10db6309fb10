package dev.ebb.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.JournalEntry;
import dev.ebb.control.Replay;
import dev.ebb.control.ReplayReport;
import dev.ebb.control.ReplayReport.Cause;
import dev.ebb.control.ReplayReport.What;
import dev.ebb.core.InstanceFacts;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Observation;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real control loop writes, and from what it wrote every decision is made again. */
class ReplayTest {
    private static final long STORMS = Long.getLong("ebb.replay.storms", 15);

    private static List<JournalEntry> record = List.of();

    @BeforeAll
    static void run() {
        record = Recorded.of(Recorded.fallingAndRising());
    }

    @Test
    void everyDecisionComesOutTheSame() {
        // 90 s: the load falls. 330 s: Ebb dies, another life adopts. 400 s: it rises; 600 s:
        // falls.
        assertThat(moves(Lifecycle.PARKING)).isGreaterThan(2);
        assertThat(moves(Lifecycle.STOPPING)).isGreaterThan(2);
        assertThat(record.stream().filter(JournalEntry.Intended.class::isInstance).count())
                .isGreaterThan(6);
        ReplayReport report = replay(record);
        assertThat(report.differences()).isEmpty();
        assertThat(report.isGood()).isTrue();
        assertThat(report.lives()).isEqualTo(2);
        assertThat(report.decisions()).isGreaterThan(850);
        assertThat(report.states()).isGreaterThanOrEqualTo(2);
        assertThat(report.notReplayed() + report.notKept()).isZero();
        assertThat(report.unconfirmed()).isLessThanOrEqualTo(2);
    }

    @Test
    void storms() {
        long decisions = 0;
        long notReplayed = 0;
        long states = 0;
        for (long seed = 1; seed <= STORMS; seed++) {
            Scenario scenario = Scenarios.of(seed);
            List<JournalEntry> all = Recorded.of(scenario);
            for (Scenario.Part part : scenario.parts()) {
                ReplayReport report = replay(part.plan().name(), all);
                assertThat(report.differences()).as("seed %d", seed).isEmpty();
                assertThat(report.different()).isZero();
                decisions += report.decisions();
                notReplayed += report.notReplayed();
                states += report.states();
            }
        }
        assertThat(decisions).isGreaterThan(STORMS * 300);
        assertThat(states).isGreaterThan(STORMS);
        assertThat(notReplayed).isZero();
    }

    @Test
    void aFigureThatWasChangedIsFound() {
        int at = indexOfObservation(250);
        List<JournalEntry> changed = new ArrayList<>(record);
        changed.set(at, withMoreCpu((JournalEntry.Observed) record.get(at)));
        ReplayReport report = replay(changed);
        assertThat(report.isGood()).isFalse();
        var first = report.differences().getFirst();
        assertThat(first.tick()).isEqualTo(250);
        assertThat(first.what()).isEqualTo(What.FIGURES);
        assertThat(first.replayed()).contains("cores in use");
        assertThat(report.identical()).isGreaterThan(800);
    }

    @Test
    void aCommandThatNobodyDecidedIsFoundInTheState() {
        int at = indexOfObservation(60);
        var observed = (JournalEntry.Observed) record.get(at);
        List<JournalEntry> changed = new ArrayList<>(record);
        InstanceFacts victim = observed.observation().instances().getFirst();
        changed.add(
                at + 1,
                new JournalEntry.Moved(
                        observed.wallMillis(),
                        victim.id(),
                        Lifecycle.SERVING,
                        Lifecycle.PARKING,
                        List.of(),
                        0,
                        false));
        ReplayReport report = replay(changed);
        assertThat(report.isGood()).isFalse();
        assertThat(report.differences())
                .anyMatch(d -> d.what() == What.DECISION || d.what() == What.STATE);
    }

    @Test
    void whatWasNotKeptIsSaidAndIsNoDifference() {
        // Of 20 s nothing is left but what was done; the next state on record is at 300 s.
        long from = record.get(indexOfObservation(100)).wallMillis();
        List<JournalEntry> thinned =
                without(e -> e.wallMillis() >= from && e.wallMillis() < from + 20_000);
        ReplayReport report = replay(thinned);
        assertThat(report.differences()).isEmpty();
        assertThat(report.isGood()).isTrue();
        assertThat(report.notKept()).isEqualTo(20);
        assertThat(report.notReplayed()).isBetween(150L, 200L);
        assertThat(report.stretches()).hasSize(1);
        assertThat(report.stretches().getFirst().cause()).isEqualTo(Cause.NOT_KEPT);
    }

    @Test
    void everyOtherObservationIsNoDifferenceEither() {
        ReplayReport report =
                replay(
                        without(e ->
                                e instanceof JournalEntry.Observed o
                                        && o.tick().orElse(0) % 2 == 0));
        assertThat(report.differences()).isEmpty();
        assertThat(report.different()).isZero();
        assertThat(report.notKept()).isGreaterThan(400);
    }

    @Test
    void missingLinesAreNoDifference() {
        int at = indexOfObservation(100);
        Replay replay = new Replay(Worlds.WEB, Long.MIN_VALUE);
        for (int i = 0; i < record.size(); i++) {
            if (i > at && i < at + 40) {
                replay.missing();
            } else {
                replay.take(record.get(i), 0);
            }
        }
        assertThat(replay.report().isGood()).isTrue();
        assertThat(replay.report().stretches().getFirst().cause()).isEqualTo(Cause.LINES_MISSING);
    }

    @Test
    void anOlderJournalProvesNothing() {
        List<JournalEntry> older =
                record.stream()
                        .filter(e -> !(e instanceof JournalEntry.Remembered))
                        .map(ReplayTest::withoutTick)
                        .toList();
        ReplayReport report = replay(older);
        assertThat(report.decisions()).isZero();
        assertThat(report.isGood()).isFalse();
        assertThat(report.differences()).isEmpty();
        assertThat(report.stretches()).allMatch(s -> s.cause() == Cause.OLDER);
    }

    @Test
    void onlyThePartAskedForIsCounted() {
        long from = record.get(indexOfObservation(250)).wallMillis();
        Replay replay = new Replay(Worlds.WEB, from);
        record.forEach(e -> replay.take(e, 0));
        ReplayReport report = replay.report();
        assertThat(report.isGood()).isTrue();
        assertThat(report.firstMillis()).hasValue(from);
        assertThat(report.decisions()).isBetween(700L, 750L);
    }

    private static long moves(Lifecycle to) {
        return record.stream()
                .filter(e -> e instanceof JournalEntry.Moved m && m.to() == to)
                .count();
    }

    private static ReplayReport replay(List<JournalEntry> entries) {
        return replay(Worlds.WEB, entries);
    }

    /** Entries of other services are the reader's to leave out. */
    private static ReplayReport replay(ServiceName service, List<JournalEntry> entries) {
        Replay replay = new Replay(service, Long.MIN_VALUE);
        entries.stream().filter(e -> concerns(e, service)).forEach(e -> replay.take(e, 0));
        return replay.report();
    }

    private static boolean concerns(JournalEntry entry, ServiceName service) {
        return switch (entry) {
            case JournalEntry.Configured e -> e.service().equals(service);
            case JournalEntry.Ordered e -> e.service().equals(service);
            case JournalEntry.Decided e -> e.service().equals(service);
            case JournalEntry.Observed e -> e.observation().service().equals(service);
            case JournalEntry.Remembered e -> e.state().name().equals(service);
            case JournalEntry.Intended e -> e.intent().id().service().equals(service);
            case JournalEntry.Identified e -> e.id().service().equals(service);
            case JournalEntry.Moved e -> e.id().service().equals(service);
            case JournalEntry.HealthChanged e -> e.id().service().equals(service);
            case JournalEntry.Marked e -> e.id().service().equals(service);
            case JournalEntry.Frozen e -> e.service().map(service::equals).orElse(true);
            case JournalEntry.Opened _,
                    JournalEntry.Closed _,
                    JournalEntry.OfEbb _,
                    JournalEntry.Checkpoint _ ->
                    true;
        };
    }

    private static List<JournalEntry> without(Predicate<JournalEntry> which) {
        return record.stream().filter(which.negate()).toList();
    }

    /** Of the first life. */
    private static int indexOfObservation(long tick) {
        for (int i = 0; i < record.size(); i++) {
            if (record.get(i) instanceof JournalEntry.Observed o
                    && o.tick().equals(OptionalLong.of(tick))) {
                return i;
            }
        }
        throw new AssertionError("no tick " + tick);
    }

    private static JournalEntry withoutTick(JournalEntry entry) {
        return entry instanceof JournalEntry.Observed o
                ? new JournalEntry.Observed(
                        o.wallMillis(),
                        o.observation(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty())
                : entry;
    }

    private static JournalEntry withMoreCpu(JournalEntry.Observed entry) {
        Observation seen = entry.observation();
        List<InstanceFacts> facts = new ArrayList<>(seen.instances());
        InstanceFacts one = facts.getFirst();
        ProcessReading reading = one.process().orElseThrow();
        facts.set(
                0,
                new InstanceFacts(
                        one.id(),
                        one.liveness(),
                        one.health(),
                        Optional.of(
                                new ProcessReading(
                                        reading.measuredAtNanos(),
                                        reading.cpuNanosTotal() + 1,
                                        reading.memoryBytes())),
                        one.traffic(),
                        one.allowance()));
        return new JournalEntry.Observed(
                entry.wallMillis(),
                new Observation(
                        seen.now(),
                        seen.service(),
                        facts,
                        seen.acknowledgedGeneration(),
                        seen.latency(),
                        seen.hostCpuBusy()),
                entry.tick(),
                entry.generation(),
                entry.before());
    }
}
