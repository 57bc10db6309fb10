package dev.ebb.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** CPU time of a session adds up, whoever of it ends and whoever waits for them. */
class SessionUsageTest {
    private static final long LEADER = 100;

    private final SessionUsage usage = new SessionUsage(1);

    @Test
    void addsUpAllProcesses() {
        assertThat(usage.update(List.of(process(100, 1, 5, 0)))).isEqualTo(5);
        assertThat(usage.update(List.of(process(100, 1, 6, 0), process(101, 100, 3, 0))))
                .isEqualTo(9);
    }

    @Test
    void countsAChildOnceThatItsParentWaitedFor() {
        usage.update(List.of(process(100, 1, 5, 0), process(101, 100, 30, 0)));
        // It used 2 more before it ended, which its parent now knows.
        assertThat(usage.update(List.of(process(100, 1, 5, 32)))).isEqualTo(37);
    }

    @Test
    void keepsTheTimeOfAChildThatNobodyWaitedFor() {
        usage.update(List.of(process(100, 1, 5, 0), process(101, 100, 30, 0)));
        assertThat(usage.update(List.of(process(100, 1, 6, 0)))).isEqualTo(36);
        assertThat(usage.update(List.of(process(100, 1, 7, 0)))).isEqualTo(37);
    }

    @Test
    void keepsTheTimeOfAnOrphan() {
        usage.update(
                List.of(process(100, 1, 5, 0), process(101, 100, 10, 0), process(102, 101, 20, 0)));
        // 101 ends and is waited for; 102 goes to init, and then ends as well.
        assertThat(usage.update(List.of(process(100, 1, 5, 10), process(102, 1, 21, 0))))
                .isEqualTo(36);
        assertThat(usage.update(List.of(process(100, 1, 6, 10)))).isEqualTo(37);
    }

    @Test
    void countsAGrandchildOnceWhoseTimeCameUpThroughItsParent() {
        usage.update(
                List.of(process(100, 1, 5, 0), process(101, 100, 10, 0), process(102, 101, 20, 0)));
        // 101 waited for 102, then ended, and 100 waited for it.
        assertThat(usage.update(List.of(process(100, 1, 5, 33)))).isEqualTo(38);
    }

    @Test
    void countsAChildOnceThatEndedBetweenTheReadingsOfItsParentAndOfItself() {
        usage.update(List.of(process(100, 1, 5, 0), process(101, 100, 30, 0)));
        // The parent was read before it had waited.
        assertThat(usage.update(List.of(process(100, 1, 5, 0)))).isEqualTo(35);
        assertThat(usage.update(List.of(process(100, 1, 5, 40)))).isEqualTo(45);
        assertThat(usage.update(List.of(process(100, 1, 6, 40)))).isEqualTo(46);
    }

    @Test
    void countsAChildOnceWhoseParentEndedBeforeItWasReadAgain() {
        usage.update(
                List.of(process(100, 1, 5, 0), process(101, 100, 10, 0), process(102, 101, 20, 0)));
        assertThat(usage.update(List.of(process(100, 1, 5, 0), process(101, 100, 10, 0))))
                .isEqualTo(35);
        assertThat(usage.update(List.of(process(100, 1, 5, 30)))).isEqualTo(35);
    }

    @Test
    void tellsAPidThatIsUsedAgain() {
        usage.update(List.of(process(100, 1, 5, 0), process(101, 100, 30, 0)));
        var again = new ProcessUsage(101, 100, LEADER, 77, 2, 0, 10);
        assertThat(usage.update(List.of(process(100, 1, 5, 0), again))).isEqualTo(37);
        assertThat(usage.isOf(process(100, 1, 9, 9))).isTrue();
        assertThat(usage.isOf(new ProcessUsage(100, 1, LEADER, 2, 0, 0, 10))).isFalse();
    }

    /**
     * A model of the kernel: processes burn, fork, end; parents wait for them or do not care. All
     * that happens comes in the middle of a reading: some are read before it, some after.
     */
    @Test
    void neverGoesBackAndLosesNothingThatItSaw() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            var session = new SessionUsage(1);
            Map<Long, ProcessUsage> alive = new HashMap<>(Map.of(LEADER, process(100, 1, 0, 0)));
            Map<Long, ProcessUsage> seenBefore = Map.of();
            long nextPid = 1000;
            long burnt = 0;
            long unseen = 0;
            long last = 0;
            for (int step = 0; step < 60; step++) {
                var before = Map.copyOf(alive);
                long burntBefore = burnt;
                for (int event = random.nextInt(6); event > 0; event--) {
                    var all =
                            alive.values().stream()
                                    .sorted(Comparator.comparingLong(ProcessUsage::pid))
                                    .toList();
                    ProcessUsage one = all.get(random.nextInt(all.size()));
                    switch (random.nextInt(3)) {
                        case 0 -> {
                            int ticks = random.nextInt(50);
                            burnt += ticks;
                            alive.put(one.pid(), plus(one, ticks, 0));
                        }
                        case 1 -> {
                            long pid = nextPid++;
                            alive.put(pid, process(pid, one.pid(), 0, 0));
                        }
                        default -> unseen += end(alive, one, seenBefore, random.nextBoolean());
                    }
                }
                var reading = torn(before, alive, random.nextLong(LEADER, nextPid + 1));
                seenBefore = reading;
                long total = session.update(reading.values());
                assertThat(total).as("seed %d step %d", seed, step).isGreaterThanOrEqualTo(last);
                assertThat(total)
                        .as("seed %d step %d", seed, step)
                        .isBetween(burntBefore - unseen, burnt);
                last = total;
            }
            assertThat(session.update(alive.values())).isBetween(burnt - unseen, burnt);
        }
    }

    /** In the order of their pids; those below this one as they were before. */
    private static Map<Long, ProcessUsage> torn(
            Map<Long, ProcessUsage> before, Map<Long, ProcessUsage> after, long pid) {
        var reading = new HashMap<Long, ProcessUsage>();
        before.values().stream().filter(p -> p.pid() < pid).forEach(p -> reading.put(p.pid(), p));
        after.values().stream().filter(p -> p.pid() >= pid).forEach(p -> reading.put(p.pid(), p));
        return reading;
    }

    /** Ends a process; returns the time that it was never seen with. */
    private static long end(
            Map<Long, ProcessUsage> alive,
            ProcessUsage one,
            Map<Long, ProcessUsage> seenBefore,
            boolean waitedFor) {
        if (one.pid() == LEADER) {
            return 0;
        }
        alive.remove(one.pid());
        alive.replaceAll((pid, child) -> child.parent() == one.pid() ? orphaned(child) : child);
        ProcessUsage parent = alive.get(one.parent());
        if (waitedFor && parent != null) {
            alive.put(parent.pid(), plus(parent, 0, one.ticks()));
        }
        ProcessUsage seen = seenBefore.get(one.pid());
        return one.ticks() - (seen == null ? 0 : seen.ticks());
    }

    private static ProcessUsage orphaned(ProcessUsage child) {
        return new ProcessUsage(
                child.pid(), 1, LEADER, 1, child.ownTicks(), child.reapedTicks(), 10);
    }

    private static ProcessUsage plus(ProcessUsage one, long own, long reaped) {
        return new ProcessUsage(
                one.pid(),
                one.parent(),
                LEADER,
                1,
                one.ownTicks() + own,
                one.reapedTicks() + reaped,
                10);
    }

    private static ProcessUsage process(long pid, long parent, long own, long reaped) {
        return new ProcessUsage(pid, parent, LEADER, 1, own, reaped, 10);
    }
}
