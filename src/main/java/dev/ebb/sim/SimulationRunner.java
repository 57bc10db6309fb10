package dev.ebb.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

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
     * Runs all seeds from {@code first} to {@code last} and prints those that break a promise.
     *
     * @return the seeds that do
     */
    public static List<Long> runAll(long first, long last, Drivers driver, Consumer<String> out) {
        List<Long> bad = new ArrayList<>();
        double virtual = 0;
        for (long seed = first; seed <= last; seed++) {
            Outcome outcome = Simulation.run(seed, driver);
            virtual += outcome.totals().seconds();
            if (!outcome.isGood()) {
                bad.add(seed);
                out.accept(verdict(outcome, driver));
            }
        }
        out.accept(
                "%d runs, %.1f virtual hours, %d that broke a promise"
                        .formatted(last - first + 1, virtual / 3600, bad.size()));
        return List.copyOf(bad);
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
