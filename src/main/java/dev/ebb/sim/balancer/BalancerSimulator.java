package dev.ebb.sim.balancer;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Prints a table of every scenario under every strategy. {@code java -cp target/classes
 * dev.ebb.sim.balancer.BalancerSimulator [seed] [part of a scenario's name]}. The same seed prints
 * the same table.
 */
public final class BalancerSimulator {
    private BalancerSimulator() {}

    public static void main(String[] args) {
        long seed = args.length > 0 ? Long.parseLong(args[0]) : 1;
        String part = args.length > 1 ? args[1] : "";
        print(System.out, seed, part);
    }

    static void print(PrintStream out, long seed, String part) {
        out.printf(
                "seed %d; %d workers of %.0f ms per instance, 2 event loops, measured from 30 s to"
                        + " 70 s; faults last from 30 s to 50 s%n",
                seed, SimInstance.WORKERS, Scenario.MEAN_MILLIS);
        for (Scenario scenario : Scenario.all()) {
            if (!scenario.name().contains(part)) {
                continue;
            }
            boolean faulty = scenario.failing() > 0;
            table(out, scenario, faulty ? ", detection and retries on" : "", seed, true);
            if (faulty) {
                table(out, scenario, ", detection and retries off", seed, false);
            }
        }
        for (Scenario scenario : List.of(Scenario.OVERLOAD, Scenario.STALLS)) {
            if (scenario.name().contains(part)) {
                guards(out, scenario, seed);
            }
        }
    }

    /** What hedging and limits do against what they are for. */
    private static void guards(PrintStream out, Scenario scenario, long seed) {
        out.printf("%n%s, least-response-time%n", scenario.name());
        out.printf(
                "  %-20s %8s %8s %8s %9s %8s%n",
                "", "p50 ms", "p99 ms", "p99.9", "errors", "hedges");
        for (Setup setup : Setup.guards()) {
            Result r = Run.of(scenario, setup, seed);
            out.printf(
                    Locale.ROOT,
                    "  %-20s %8.1f %8.1f %8.1f %8.3f%% %7.3f%%%n",
                    setup.name(),
                    r.p50Millis(),
                    r.p99Millis(),
                    r.p999Millis(),
                    100 * r.errorShare(),
                    100 * r.hedgeShare());
        }
    }

    private static void table(
            PrintStream out, Scenario scenario, String how, long seed, boolean on) {
        out.printf("%n%s%s%n", scenario.name(), how);
        out.printf(
                "  %-20s %8s %8s %8s %9s %8s %9s %6s %6s%n",
                "", "p50 ms", "p99 ms", "p99.9", "errors", "retries", "imbalance", "odd", "out");
        for (Setup setup : Setup.all(on, on)) {
            Result r = Run.of(scenario, setup, seed);
            out.printf(
                    Locale.ROOT,
                    "  %-20s %8.1f %8.1f %8.1f %8.3f%% %7.3f%% %9.2f %6.2f %6d%n",
                    setup.name(),
                    r.p50Millis(),
                    r.p99Millis(),
                    r.p999Millis(),
                    100 * r.errorShare(),
                    100 * r.retryShare(),
                    r.imbalance(),
                    r.oddShare(),
                    r.ejections());
        }
    }
}
