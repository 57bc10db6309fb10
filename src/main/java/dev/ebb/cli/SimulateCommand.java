package dev.ebb.cli;

import dev.ebb.console.Wire;
import dev.ebb.sim.Drivers;
import dev.ebb.sim.Outcome;
import dev.ebb.sim.Simulation;
import dev.ebb.sim.SimulationRunner;
import java.util.ArrayList;
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
        if (!range.matches()) {
            throw new ParameterException(
                    spec.commandLine(), "--seeds wants two numbers, for example 1..1000.");
        }
        return many(Long.parseLong(range.group(1)), Long.parseLong(range.group(2)));
    }

    private int one(long number) {
        var out = spec.commandLine().getOut();
        if (!json) {
            return SimulationRunner.run(number, driver, out::println) ? Exit.OK : Exit.FAILED;
        }
        Outcome outcome = Simulation.run(number, driver);
        Map<String, Object> root = json(outcome);
        root.put("timeline", outcome.timeline());
        out.println(Wire.pretty(root));
        return outcome.isGood() ? Exit.OK : Exit.FAILED;
    }

    private int many(long first, long last) {
        var out = spec.commandLine().getOut();
        if (!json) {
            boolean good = SimulationRunner.runAll(first, last, driver, out::println).isEmpty();
            return good ? Exit.OK : Exit.FAILED;
        }
        List<Map<String, Object>> bad = new ArrayList<>();
        for (long number = first; number <= last; number++) {
            Outcome outcome = Simulation.run(number, driver);
            if (!outcome.isGood()) {
                bad.add(json(outcome));
            }
        }
        var root = new LinkedHashMap<String, Object>();
        root.put("seeds", Math.max(0, last - first + 1));
        root.put("broken", bad);
        out.println(Wire.pretty(root));
        return bad.isEmpty() ? Exit.OK : Exit.FAILED;
    }

    private static Map<String, Object> json(Outcome outcome) {
        var map = new LinkedHashMap<String, Object>();
        map.put("seed", outcome.seed());
        map.put("violations", outcome.violations());
        map.put("totals", outcome.totals());
        return map;
    }
}
