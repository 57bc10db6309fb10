package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Requests a second as a target, given or learned. */
class RateNeedTest {
    private static final long SECOND = 1_000_000_000L;

    private static Policy wanting(RateTarget rate) {
        Policy quick = Fleet.quick(1, 20);
        Policy.Targets t = quick.targets();
        return new Policy(
                quick.mode(),
                quick.range(),
                new Policy.Targets(
                        t.cpu(),
                        t.concurrency(),
                        t.memoryGuard(),
                        t.afterFailure(),
                        Optional.empty(),
                        Optional.of(rate)),
                quick.out(),
                quick.in(),
                quick.trial(),
                quick.drain(),
                quick.start(),
                Optional.empty());
    }

    private static Optional<Need> need(Fleet fleet) {
        return fleet.last.explanation().needs().stream()
                .filter(n -> n.source().equals(RateNeed.SOURCE))
                .findFirst();
    }

    @Test
    void asManyInstancesAsTheRateAsksFor() {
        Fleet fleet = new Fleet(wanting(new RateTarget(Optional.of(50.0))), 1);
        fleet.cpuSecondsPerRequest = 0.001;
        fleet.rate = 240;
        fleet.until(60);
        assertThat(fleet.serving()).isEqualTo(5);
        assertThat(need(fleet).orElseThrow().reason().text())
                .isEqualTo("240 requests a second, 50 for each wanted: 5 instances");
        fleet.rate = 90;
        fleet.untilSo(f -> f.serving() == 2);
    }

    @Test
    void whoDoesNotReportKeepsItsShareAndAsksForNoMore() {
        Fleet fleet = new Fleet(wanting(new RateTarget(Optional.of(50.0))), 4);
        fleet.cpuSecondsPerRequest = 0.001;
        fleet.rate = 200;
        fleet.until(60);
        fleet.mute.add(Fleet.id(2));
        fleet.rate = 60;
        fleet.until(90);
        Need need = need(fleet).orElseThrow();
        assertThat(need.out()).isLessThanOrEqualTo(4);
        assertThat(need.reason().numbers().get("per_second")).isEqualTo(95, within(1.0));
        assertThat(fleet.events("Start")).isEmpty();
    }

    @Test
    void theRateIsLearnedFromTheCpuThatRequestsTake() {
        Fleet fleet = new Fleet(wanting(RateTarget.LEARNED), 2);
        fleet.cpuSecondsPerRequest = 0.01;
        fleet.rate = 40;
        fleet.until(20);
        assertThat(need(fleet)).isEmpty();
        fleet.until(120);
        // 60 % of one core at 10 ms each.
        Need need = need(fleet).orElseThrow();
        assertThat(need.reason().numbers().get("each")).isCloseTo(60, within(2.0));
        assertThat(need.reason().text()).contains("for each learned, at 60 % of its CPU");
    }

    @Test
    void theLineIsFoundInNoiseAndOverOutliers() {
        var random = new SplittableRandom(7);
        RateLine line = RateLine.NONE;
        for (int i = 1; i <= 2_000; i++) {
            double rate = 10 + random.nextDouble() * 60;
            double cpu = 0.05 + 0.008 * rate + (random.nextDouble() - 0.5) * 0.06;
            boolean collecting = i > 200 && random.nextDouble() < 0.03;
            line = line.faded(i * SECOND).plus(rate, collecting ? 1 : cpu);
        }
        assertThat(line.rateAt(0.6).orElseThrow()).isCloseTo((0.6 - 0.05) / 0.008, within(4.0));
    }

    @Test
    void aSteadyLoadPromisesNoMoreThanWasSeen() {
        RateLine line = RateLine.NONE;
        for (int i = 1; i <= 300; i++) {
            line = line.faded(i * SECOND).plus(40, 0.05 + 0.008 * 40);
        }
        // Through the origin: rest is taken for work, and an instance for slower than it is.
        assertThat(line.rateAt(0.6).orElseThrow()).isCloseTo(0.6 * 40 / 0.37, within(0.01));
        assertThat(line.rateAt(0.6).orElseThrow()).isLessThan((0.6 - 0.05) / 0.008);
    }

    @Test
    void itFollowsAServiceThatHasBecomeDearer() {
        var random = new SplittableRandom(8);
        RateLine line = RateLine.NONE;
        for (int i = 1; i <= 4 * 3_600; i++) {
            double each = i < 3_600 ? 0.005 : 0.01;
            double rate = 10 + random.nextDouble() * 40;
            line = line.faded(i * SECOND).plus(rate, each * rate);
        }
        assertThat(line.rateAt(0.6).orElseThrow()).isCloseTo(60, within(8.0));
    }

    @Test
    void aClockThatBeginsAnewChangesNothing() {
        RateLine line = RateLine.NONE;
        for (int i = 1; i <= 300; i++) {
            double rate = 10 + i % 60;
            line = line.faded((1_000_000 + i) * SECOND).plus(rate, 0.01 * rate);
        }
        RateLine after = line.faded(5 * SECOND);
        assertThat(after.weight()).isEqualTo(line.weight());
        assertThat(after.rateAt(0.6).orElseThrow()).isEqualTo(line.rateAt(0.6).orElseThrow());
    }

    @Test
    void fewReadingsAndRestSayNothing() {
        RateLine line = RateLine.NONE;
        for (int i = 1; i <= 59; i++) {
            line = line.faded(i * SECOND).plus(40, 0.4);
        }
        assertThat(line.rateAt(0.6)).isEmpty();
        RateLine idle = RateLine.NONE;
        for (int i = 1; i <= 600; i++) {
            idle = idle.faded(i * SECOND).plus(0.1, 0.004);
        }
        assertThat(idle.rateAt(0.6)).isEmpty();
    }
}
