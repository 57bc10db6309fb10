package dev.ebb.cli;

import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Backtest.Result;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Recording;
import dev.ebb.sim.lab.rival.Lineup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What one service could have run with. Immutable.
 *
 * @param name of the service or its trace
 * @param hours instance-hours that Ebb's policy would have cost
 * @param peakHours instance-hours of as many as the peak needs, all the time
 * @param missedPercent share of the requests that would have found instances too busy
 * @param fewest instances at any time
 * @param most instances at any time
 * @param times by the time of the day
 * @param dated whether the times are of the clock, in UTC; otherwise since the record's beginning
 * @param policy that goes with it
 */
record Advice(
        String name,
        double hours,
        double peakHours,
        double missedPercent,
        int fewest,
        int most,
        List<Part> times,
        boolean dated,
        Suggested policy) {
    private static final int PARTS = 6;
    private static final double DAY = 86_400;

    /** Room above what was ever needed: the load may grow, but not without any end. */
    private static final double ROOM = 1.5;

    /**
     * A part of the day, and how many instances there were in it, in the mean.
     *
     * @param from hour
     * @param to hour
     */
    record Part(int from, int to, double instances) {}

    /**
     * What to write into the configuration.
     *
     * @param usablePercent up to which utilization an instance does well
     */
    record Suggested(int min, int max, int usablePercent) {}

    /** Instance-hours less. */
    double saved() {
        return peakHours - hours;
    }

    /** The same as a share of what the peak needs. */
    double savedPercent() {
        return peakHours > 0 ? 100 * saved() / peakHours : 0;
    }

    /**
     * @param one with Ebb, watched, and with {@code static}
     * @param max most instances, where somebody has said so
     */
    static Advice of(Comparison one, OptionalInt max) {
        Result ebb = one.result(Lineup.EBB).orElseThrow();
        Recording seen = ebb.recording().orElseThrow();
        int fewest = Integer.MAX_VALUE;
        int most = 0;
        for (int change = 0; change < seen.changes(); change++) {
            fewest = Math.min(fewest, seen.ready(change));
            most = Math.max(most, seen.ready(change));
        }
        FleetModel model = one.model();
        int room = Math.min(model.max(), (int) Math.ceil(ROOM * most));
        var policy =
                new Suggested(
                        model.min(),
                        max.orElse(Math.max(model.min(), room)),
                        (int) Math.round(100 * model.missAbove()));
        return new Advice(
                one.trace().name(),
                ebb.score().instanceHours(),
                one.result("static").orElseThrow().score().instanceHours(),
                ebb.score().missedPercent(),
                fewest,
                most,
                times(one, seen),
                one.trace().isDated(),
                policy);
    }

    private static List<Part> times(Comparison one, Recording seen) {
        var sums = new double[PARTS];
        var counts = new long[PARTS];
        double begin = one.trace().isDated() ? one.trace().begin() : 0;
        double step = one.model().step();
        int change = 0;
        for (int i = 0; i <= seen.last(); i++) {
            while (change + 1 < seen.changes() && seen.step(change + 1) <= i) {
                change++;
            }
            int part = (int) ((begin + i * step) % DAY / (DAY / PARTS));
            sums[part] += seen.ready(change);
            counts[part]++;
        }
        List<Part> times = new ArrayList<>();
        int hours = 24 / PARTS;
        for (int p = 0; p < PARTS; p++) {
            if (counts[p] > 0) {
                times.add(new Part(p * hours, (p + 1) * hours, sums[p] / counts[p]));
            }
        }
        return times;
    }

    /** What is saved, at this price of an instance's hour. */
    Optional<Double> money(Optional<Double> price) {
        return price.map(p -> saved() * p);
    }
}
