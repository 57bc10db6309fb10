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
        if (Scenario.KEYED.name().contains(part)) {
            keyed(out, seed);
            movement(out);
        }
    }

    /** What hashing costs and brings where some keys are hot, with and without a bound. */
    private static void keyed(PrintStream out, long seed) {
        for (double exponent : new double[] {0, 1}) {
            var some = new Keys(Scenario.KEYS, exponent);
            out.printf(
                    Locale.ROOT,
                    "%n%s, %d keys, the hottest with %.1f%% of the requests%n",
                    Scenario.KEYED.name(),
                    Scenario.KEYS,
                    100 * some.hottest());
            out.printf(
                    "  %-20s %8s %8s %8s %9s %9s %8s%n",
                    "", "p50 ms", "p99 ms", "p99.9", "errors", "imbalance", "kept");
            for (Setup setup : Setup.keyed()) {
                var keys = new Keys(Scenario.KEYS, exponent);
                Result r = Run.of(Scenario.KEYED, setup, keys, seed);
                out.printf(
                        Locale.ROOT,
                        "  %-20s %8.1f %8.1f %8.1f %8.3f%% %9.2f %7.1f%%%n",
                        setup.name(),
                        r.p50Millis(),
                        r.p99Millis(),
                        r.p999Millis(),
                        100 * r.errorShare(),
                        r.imbalance(),
                        100 * keys.kept());
            }
        }
    }

    /** Which keys move when an instance goes, beside other ways to place them. */
    private static void movement(PrintStream out) {
        out.printf("%nkeys that move when one instance goes; the largest part over the mean%n");
        out.printf("  %-28s %16s %16s %16s%n", "", "of 5", "of 10", "of 50");
        Movement.ways()
                .forEach((name, way) -> {
                    out.printf("  %-28s", name);
                    for (int instances : new int[] {5, 10, 50}) {
                        Movement.Figures f = Movement.of(way, instances);
                        out.printf(Locale.ROOT, " %8.2f%% / %4.2f", 100 * f.moved(), f.most());
                    }
                    out.println();
                });
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
