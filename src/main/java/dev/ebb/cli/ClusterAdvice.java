package dev.ebb.cli;

import dev.ebb.platform.kubernetes.Surveyed;
import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Backtest.Result;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.rival.Lineup;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What of one workload could be scaled in: now, by the ServiceScale's own defaults, and over the
 * past, as the lab has found. Immutable.
 *
 * @param could pods that would do now; empty where that cannot be told, see {@code blind}
 * @param blind why it cannot be told
 * @param needed pods that the use of now asks for, however many there are
 */
record ClusterAdvice(
        Surveyed of,
        OptionalInt could,
        OptionalInt needed,
        Optional<String> blind,
        Optional<Past> past) {

    /** Wanted use of the CPU requested; the ServiceScale's default. */
    static final double TARGET = 0.6;

    /** Highest use of the rest once one more fails; the ServiceScale's default. */
    static final double AFTER_FAILURE = 0.95;

    /**
     * The same load under Ebb.
     *
     * @param hours that the record covers
     * @param were pod-hours that were
     * @param would pod-hours that Ebb would have taken
     * @param missedPercent requests that would have found pods too busy
     */
    record Past(double hours, double were, double would, double missedPercent) {
        double saved() {
            return Math.max(0, were - would);
        }

        static Past of(Comparison one, Trace replicas) {
            Result ebb = one.result(Lineup.EBB).orElseThrow();
            double sum = 0;
            for (int i = 0; i < replicas.size(); i++) {
                sum += replicas.value(i);
            }
            double hours = replicas.size() * replicas.step() / 3600;
            return new Past(
                    hours,
                    sum * replicas.step() / 3600,
                    ebb.score().instanceHours(),
                    ebb.score().missedPercent());
        }
    }

    /** From what the metrics API gives now. */
    static ClusterAdvice now(Surveyed one) {
        if (one.requestCores().isEmpty()) {
            return blind(one, "without a CPU request there is nothing to hold its use against");
        }
        if (one.usedCores().isEmpty()) {
            return blind(
                    one,
                    "the metrics API has figures for %d of %d pods"
                            .formatted(one.measured(), one.replicas()));
        }
        double request = one.requestCores().getAsDouble();
        double used = one.usedCores().getAsDouble();
        double target =
                one.autoscaler().map(a -> a.cpuPercent()).orElse(OptionalInt.empty()).orElse(60)
                        / 100.0;
        int needed = (int) Math.ceil(used / (target * request) - 1e-9);
        int pods = Math.max(needed, least(one));
        while (pods >= 2 && pods < one.replicas() && used / (pods - 1) / request > AFTER_FAILURE) {
            pods++;
        }
        return new ClusterAdvice(
                one,
                OptionalInt.of(Math.min(pods, one.replicas())),
                OptionalInt.of(pods),
                Optional.empty(),
                Optional.empty());
    }

    /** One may fail: of several, two stay. */
    static int least(Surveyed one) {
        int usual = Math.min(2, one.replicas());
        return Math.max(
                one.autoscaler().map(Surveyed.Autoscaler::min).orElse(usual), one.leastAvailable());
    }

    private static ClusterAdvice blind(Surveyed one, String why) {
        return new ClusterAdvice(
                one, OptionalInt.empty(), OptionalInt.empty(), Optional.of(why), Optional.empty());
    }

    ClusterAdvice with(Past found) {
        return new ClusterAdvice(of, could, needed, blind, Optional.of(found));
    }

    /** Pods that could go now. */
    int pods() {
        return could.isPresent() ? of.replicas() - could.getAsInt() : 0;
    }

    /** CPU that they request, in cores. */
    double cores() {
        return pods() * of.requestCores().orElse(0);
    }

    /** Of the CPU requested, how much is used. */
    Optional<Double> used() {
        return of.usedCores().isPresent() && of.requestCores().isPresent()
                ? Optional.of(
                        of.usedCores().getAsDouble()
                                / (of.requestCores().getAsDouble() * Math.max(1, of.measured())))
                : Optional.empty();
    }

    /** The sums over all. */
    record Sum(int replicas, int pods, double requested, double cores) {
        static Sum of(List<ClusterAdvice> all) {
            return new Sum(
                    all.stream().mapToInt(a -> a.of.replicas()).sum(),
                    all.stream().mapToInt(ClusterAdvice::pods).sum(),
                    all.stream()
                            .mapToDouble(a -> a.of.replicas() * a.of.requestCores().orElse(0))
                            .sum(),
                    all.stream().mapToDouble(ClusterAdvice::cores).sum());
        }
    }
}
