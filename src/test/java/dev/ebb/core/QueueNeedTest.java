package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Instances at their limits: neither CPU nor requests in flight tell how much more is wanted. */
class QueueNeedTest {
    private static final long SECOND = 1_000_000_000L;

    /** Ten at once, half a second each: 20 requests a second, for next to no CPU. */
    private static Fleet limited(int instances) {
        Fleet fleet = new Fleet(Fleet.quick(1, 12), instances);
        fleet.limit = 10;
        fleet.queueSize = 20;
        fleet.latencyNanos = SECOND / 2;
        fleet.cpuSecondsPerRequest = 0.001;
        return fleet;
    }

    private static Need need(Fleet fleet) {
        return fleet.last.explanation().needs().stream()
                .filter(n -> n.source().equals(QueueNeed.SOURCE))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsRefusedAndWaitsCallsForAsManyAsItTakes() {
        Fleet fleet = limited(1);
        fleet.rate = 15;
        fleet.until(60);
        assertThat(fleet.serving()).isEqualTo(1);
        assertThat(fleet.shed).isZero();
        fleet.rate = 100;
        fleet.until(180);
        assertThat(fleet.serving()).isBetween(5, 7);
        assertThat(need(fleet).reason().numbers().get("works_on")).isEqualTo(10);
        long shed = fleet.shed;
        assertThat(shed).isPositive();
        fleet.until(480);
        assertThat(fleet.shed).isEqualTo(shed);
        assertThat(fleet.events("Park")).isEmpty();
    }

    @Test
    void onceTheLoadHasGoneTheyMayGo() {
        Fleet fleet = limited(1);
        fleet.rate = 100;
        fleet.until(180);
        assertThat(fleet.serving()).isGreaterThanOrEqualTo(5);
        fleet.rate = 5;
        // Four leave, each after a rehearsal, and the first after the fall has been doubted.
        fleet.until(360);
        fleet.untilSo(f -> f.serving() == 1);
        long shed = fleet.shed;
        fleet.until(fleet.seconds + 120);
        assertThat(fleet.shed).isEqualTo(shed);
        assertThat(fleet.serving()).isEqualTo(1);
    }

    @Test
    void whoWouldHaveToWaitAgainKeepsTheirInstances() {
        Fleet fleet = limited(1);
        fleet.rate = 100;
        fleet.until(180);
        int before = fleet.serving();
        // Of ten at once each, in flight: 40 of 50, 60 or 70. At the target of 70 % that is six.
        fleet.rate = 80;
        fleet.until(600);
        assertThat(fleet.serving()).isBetween(Math.min(before, 6), before);
    }

    @Test
    void aFewThatWaitAreNoCallForMore() {
        QueueMemory queue = queue(4, 40, 4, 0, 0);
        assertThat(new QueueNeed(Fleet.quick(1, 9), queue, 4, 80).need().orElseThrow().out())
                .isEqualTo(4);
        QueueMemory longer = queue(4, 40, 24, 0, 0);
        assertThat(new QueueNeed(Fleet.quick(1, 9), longer, 4, 80).need().orElseThrow().out())
                .isEqualTo(7);
    }

    @Test
    void howManyMayWaitCanBeSaid() {
        Policy quick = Fleet.quick(1, 9);
        Policy.Targets t = quick.targets();
        Policy patient =
                new Policy(
                        quick.mode(),
                        quick.range(),
                        new Policy.Targets(
                                t.cpu(),
                                t.concurrency(),
                                t.memoryGuard(),
                                t.afterFailure(),
                                Optional.of(6.0),
                                Optional.empty()),
                        quick.out(),
                        quick.in(),
                        quick.trial(),
                        quick.drain(),
                        quick.start(),
                        Optional.empty());
        QueueMemory queue = queue(4, 40, 24, 0, 0);
        assertThat(new QueueNeed(patient, queue, 4, 80).need().orElseThrow().out()).isZero();
        QueueMemory longer = queue(4, 40, 56, 0, 0);
        assertThat(new QueueNeed(patient, longer, 4, 80).need().orElseThrow().out()).isEqualTo(6);
    }

    @Test
    void refusalsCountAgainstWhatIsFinishedAndNeverMoreThanDouble() {
        Policy policy = Fleet.quick(1, 99);
        assertThat(new QueueNeed(policy, queue(4, 40, 0, 0, 20), 4, 80).need().orElseThrow().out())
                .isEqualTo(5);
        assertThat(
                        new QueueNeed(policy, queue(4, 40, 0, 0, 9000), 4, 80)
                                .need()
                                .orElseThrow()
                                .out())
                .isEqualTo(8);
    }

    @Test
    void whereNothingIsFinishedMoreWouldNotHelp() {
        Need need =
                new QueueNeed(Fleet.quick(1, 99), queue(4, 0, 0, 0, 50), 4, 0).need().orElseThrow();
        assertThat(need.out()).isZero();
        assertThat(need.in()).isEqualTo(4);
    }

    @Test
    void withoutAQueueThereIsNoNeed() {
        Fleet fleet = new Fleet(Fleet.quick(1, 9), 2);
        fleet.rate = 20;
        fleet.until(30);
        assertThat(fleet.last.explanation().needs().stream().map(Need::source))
                .doesNotContain(QueueNeed.SOURCE);
        assertThat(fleet.state.load().queue()).isEqualTo(Optional.empty());
    }

    /** Steady for ten seconds; so many are refused in each. */
    private static QueueMemory queue(
            int carrying, long inFlight, int waiting, long shedBefore, long shedEach) {
        QueueMemory queue = QueueMemory.NONE;
        for (int i = 0; i <= 10; i++) {
            QueuePoint point =
                    new QueuePoint(
                            i * SECOND, carrying, inFlight, waiting, shedBefore + i * shedEach);
            queue = queue.after(point, true, SECOND / 2);
        }
        return queue;
    }
}
