package dev.ebb.cli;

import dev.ebb.console.Wire;
import dev.ebb.sim.Drivers;
import dev.ebb.sim.Outcome;
import dev.ebb.sim.Simulation;
import dev.ebb.sim.SimulationRunner;
import dev.ebb.sim.SimulationRunner.Broken;
import dev.ebb.sim.SimulationRunner.Sweep;
import dev.ebb.sim.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ebb simulate}: replays a seed of the simulation, or looks for seeds that break a promise.
 */
@Command(
        name = "simulate",
        header = "Run the control loop in a simulated world, from a seed.",
        description = {
            "The real control loop under simulated load, faults, crashes and clocks that jump."
                    + " The same seed is the same run, so a failing one can be replayed.",
            ""
        })
final class SimulateCommand implements Callable<Integer> {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,12})\\.\\.(\\d{1,12})");

    @Spec private CommandSpec spec;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Run this seed, and print its whole timeline.")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = "--seeds",
            paramLabel = "N..M",
            description = "Run all of these, and print those that break a promise.")
    private Optional<String> seeds = Optional.empty();

    @Option(
            names = "--driver",
            paramLabel = "DRIVER",
            defaultValue = "process",
            description =
                    "What runs the instances in that world: ${COMPLETION-CANDIDATES}."
                            + " Default: ${DEFAULT-VALUE}.")
    private Drivers driver = Drivers.PROCESS;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if (seed.isPresent() == seeds.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "Say one of --seed N and --seeds N..M.");
        }
        if (seed.isPresent()) {
            return one(seed.get());
        }
        Matcher range = RANGE.matcher(seeds.get());
        if (!range.matches() || ends(range)[0] > ends(range)[1]) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--seeds wants two numbers, the smaller first, for example 1..1000.");
        }
        return many(ends(range)[0], ends(range)[1]);
    }

    private static long[] ends(Matcher range) {
        return new long[] {Long.parseLong(range.group(1)), Long.parseLong(range.group(2))};
    }

    private int one(long number) {
        var out = spec.commandLine().getOut();
        if (!json) {
            return SimulationRunner.run(number, driver, out::println) ? Exit.OK : Exit.FAILED;
        }
        Outcome outcome = Simulation.run(number, driver);
        Map<String, Object> root = json(outcome.seed(), outcome.violations(), outcome.totals());
        root.put("timeline", outcome.timeline());
        out.println(Wire.pretty(root));
        return outcome.isGood() ? Exit.OK : Exit.FAILED;
    }

    private int many(long first, long last) {
        var out = spec.commandLine().getOut();
        List<Broken> broken = new ArrayList<>();
        Sweep sweep;
        try (var meter = meter()) {
            sweep =
                    SimulationRunner.runAll(
                            first,
                            last,
                            driver,
                            it -> {
                                broken.add(it);
                                if (!json) {
                                    out.println(it.verdict());
                                    out.flush();
                                }
                            },
                            through -> meter.at((double) through / (last - first + 1)));
        }
        if (json) {
            out.println(Wire.pretty(json(sweep, broken)));
        } else {
            out.println(
                    "%d runs, %.1f virtual hours, %d that broke a promise"
                            .formatted(sweep.runs(), sweep.hours(), broken.size()));
        }
        return broken.isEmpty() ? Exit.OK : Exit.FAILED;
    }

    private ProgressMeter meter() {
        return new ProgressMeter(
                spec.commandLine().getErr(),
                "simulate",
                "seeds that were not run may break promises");
    }

    private static Map<String, Object> json(Sweep sweep, List<Broken> broken) {
        var root = new LinkedHashMap<String, Object>();
        root.put("seeds", sweep.runs());
        root.put(
                "broken",
                broken.stream()
                        .sorted(Comparator.comparingLong(Broken::seed))
                        .map(it -> json(it.seed(), it.violations(), it.totals()))
                        .toList());
        return root;
    }

    private static Map<String, Object> json(
            long seed, List<Violation> violations, Outcome.Totals totals) {
        var map = new LinkedHashMap<String, Object>();
        map.put("seed", seed);
        map.put("violations", violations);
        map.put("totals", totals);
        return map;
    }
}
