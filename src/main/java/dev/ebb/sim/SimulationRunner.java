package dev.ebb.sim;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * Runs seeds for people and scripts: one with its whole timeline, or many with a line for each that
 * breaks a promise. What {@code ebb simulate} calls.
 */
public final class SimulationRunner {
    private SimulationRunner() {}

    /** Runs one seed and prints what happened; answers whether all promises were kept. */
    public static boolean run(long seed, Drivers driver, Consumer<String> out) {
        Outcome outcome = Simulation.run(seed, driver);
        out.accept(outcome.scenario());
        outcome.timeline().forEach(out);
        out.accept(outcome.totals().toString());
        out.accept(verdict(outcome, driver));
        return outcome.isGood();
    }

    /**
     * Runs all seeds from {@code first} to {@code last}, on all processors.
     *
     * @param broken is told each that breaks a promise as it is found, in no order, one at a time
     * @param progress is told now and then how many are through; from any thread
     */
    public static Sweep runAll(
            long first, long last, Drivers driver, Consumer<Broken> broken, LongConsumer progress) {
        var through = new AtomicLong();
        var lock = new Object();
        double seconds =
                LongStream.rangeClosed(first, last)
                        .parallel()
                        .mapToDouble(seed -> {
                            Outcome outcome = Simulation.run(seed, driver);
                            if (!outcome.isGood()) {
                                synchronized (lock) {
                                    broken.accept(Broken.of(outcome, driver));
                                }
                            }
                            progress.accept(through.incrementAndGet());
                            return outcome.totals().seconds();
                        })
                        .sum();
        return new Sweep(Math.max(0, last - first + 1), seconds / 3600);
    }

    /**
     * What came of many seeds.
     *
     * @param runs how many seeds
     * @param hours of virtual time, in all
     */
    public record Sweep(long runs, double hours) {}

    /** A seed that breaks a promise, without its timeline: of many there may be much. */
    public record Broken(
            long seed, List<Violation> violations, Outcome.Totals totals, String verdict) {
        private static Broken of(Outcome it, Drivers driver) {
            return new Broken(
                    it.seed(), it.violations(), it.totals(), SimulationRunner.verdict(it, driver));
        }
    }

    /** One line, and the command that shows the whole. */
    static String verdict(Outcome outcome, Drivers driver) {
        if (outcome.isGood()) {
            return "seed " + outcome.seed() + ": all promises kept";
        }
        String where = driver == Drivers.PROCESS ? "" : " --driver " + driver;
        return "seed %d: %d violations, the first: %s; replay with: ebb simulate%s --seed %d"
                .formatted(
                        outcome.seed(),
                        outcome.violations().size(),
                        outcome.violations().getFirst(),
                        where,
                        outcome.seed());
    }
}
