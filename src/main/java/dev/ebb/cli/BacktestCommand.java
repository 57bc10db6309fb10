package dev.ebb.cli;

import dev.ebb.demo.view.Terminal;
import dev.ebb.sim.lab.Backtest;
import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.Family;
import dev.ebb.sim.lab.Gate;
import dev.ebb.sim.lab.Score;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.rival.Lineup;
import dev.ebb.sim.lab.rival.Rivals;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb backtest}: replays recorded load through policies, and compares them. */
@Command(
        name = "backtest",
        header = "Replay recorded load through policies, and see what each costs and misses.",
        description = {
            "Each trace runs through a model of a service, once for each policy: instances start,"
                    + " serve, drain and cost meanwhile. What a policy sees is as late as it would"
                    + " be live. The ratio is the cost divided by that of the cheapest fleet that"
                    + " misses nothing, for somebody who knows the whole load beforehand. A request"
                    + " misses while its instance is busier than 90 %%; overload is what exceeds"
                    + " the capacity. Turns are changes of direction; in a wide window there are"
                    + " SPEC's elasticity measures: instances lacking and spare, of those that"
                    + " were needed, and the share of the time.",
            "",
            "Traces: lines of t_seconds,value in regular steps, with # for comments; what"
                    + " Prometheus answers to a range query; access logs in common or combined"
                    + " form; gzip of these. A gap is bridged with the last value before it, and"
                    + " counted.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all was run, and the gate holds",
            "1:a file could not be read or written",
            "2:the command line, a trace or a policy is wrong",
            "4:--fail-if is true for a trace",
            "130:interrupted; no file was written"
        })
final class BacktestCommand implements Callable<Integer> {
    /** The gate is a matter for machines, so it has a code of its own. */
    static final int GATE = 4;

    private static final int PLAIN_WIDTH = 100;

    @Spec private CommandSpec spec;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            arity = "1..*",
            required = true,
            description = "Recorded load; several files, or the option again.")
    private List<Path> traces = new ArrayList<>();

    @Mixin private TraceInput input;

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            arity = "1..*",
            description =
                    "A policy to try as well, named by its file: Ebb's YAML, a"
                            + " HorizontalPodAutoscaler, a ScaledObject of KEDA, annotations of"
                            + " Knative.")
    private List<Path> policies = new ArrayList<>();

    @Option(
            names = "--against",
            paramLabel = "NAMES",
            description =
                    "Whom to compare with, of: hpa, kpa (targets of 70 %%), target-tracking,"
                            + " static, oracle, foresight, lcp. All of them without it.")
    private Optional<String> against = Optional.empty();

    @Mixin private ModelOptions model;

    @Option(
            names = "--sight",
            paramLabel = "WHAT",
            description =
                    "What Ebb sees: load, which its gateway counts (the default), or utilization,"
                            + " as late and as seldom as HPA does.")
    private Optional<String> sight = Optional.empty();

    @Option(
            names = "--sweep",
            description = "Also run each policy that has a knob at all its settings.")
    private boolean sweep;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures to it.")
    private Optional<Path> json = Optional.empty();

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a page with charts and reasons, readable without a network.")
    private Optional<Path> html = Optional.empty();

    @Option(
            names = "--price",
            paramLabel = "X",
            description = "What an instance costs per hour: the table shows money, too.")
    private Optional<Double> price = Optional.empty();

    @Option(
            names = "--fail-if",
            paramLabel = "CONDITION",
            description =
                    "Exit with 4 when it is true, on any trace, for Ebb or a --policy. For example"
                            + " 'missed > 0.1%% or cost > 1.2 * oracle'. Figures: cost, missed,"
                            + " overload, starts, direction_changes; with and, or, parentheses.")
    private Optional<String> failIf = Optional.empty();

    @Override
    public Integer call() throws InterruptedException, IOException {
        price.ifPresent(BacktestCommand::mustBePrice);
        json.ifPresent(file -> mustBeWritable("--json", file));
        html.ifPresent(file -> mustBeWritable("--html", file));
        Optional<Gate> gate = gate();
        List<Trace> read = input.read(traces, spec.commandLine().getErr());
        Map<String, Contender> contenders = contenders(gate, read);
        var plan =
                new Backtest.Plan(
                        read,
                        model.model(),
                        model.queues(),
                        List.copyOf(contenders.values()),
                        Rivals.named("oracle").orElseThrow(),
                        sweep ? families(contenders.keySet()) : List.of(),
                        html.isPresent());
        List<Comparison> results = run(plan);
        tell(results);
        if (json.isPresent()) {
            Files.writeString(json.get(), BacktestJson.text(results, price) + "\n");
        }
        if (html.isPresent()) {
            Files.writeString(html.get(), BacktestHtml.page(results, price));
        }
        return gate.isEmpty() || holds(gate.get(), results) ? Exit.OK : GATE;
    }

    private List<Comparison> run(Backtest.Plan plan) throws InterruptedException {
        try (var meter =
                new ProgressMeter(spec.commandLine().getErr(), "backtest", "no file was written")) {
            return Backtest.run(plan, meter);
        }
    }

    private void tell(List<Comparison> results) {
        PrintWriter out = spec.commandLine().getOut();
        int width = new Terminal().size().map(Terminal.Size::columns).orElse(PLAIN_WIDTH);
        var text = new BacktestText(width, price, Ink.of(Ink.isTerminal()));
        results.forEach(one -> text.lines(one).forEach(out::println));
        out.flush();
    }

    /** Ebb's own, those from files, those that were asked for, and those that the gate needs. */
    private Map<String, Contender> contenders(Optional<Gate> gate, List<Trace> read) {
        Map<String, Contender> all = new LinkedHashMap<>();
        all.put(Lineup.EBB, Lineup.named(Lineup.EBB, seen()).orElseThrow());
        for (Contender own : fromFiles(read)) {
            if (all.put(own.name(), own) != null || Lineup.names().contains(own.name())) {
                throw new Failure(
                        Exit.USAGE, "--policy: " + own.name() + " is taken; rename the file");
            }
        }
        Set<String> names = new LinkedHashSet<>(Rivals.NAMES);
        if (against.isPresent()) {
            names.clear();
            names.addAll(List.of(against.get().strip().split("\\s*,\\s*")));
        }
        gate.ifPresent(g -> names.addAll(g.policies()));
        for (String name : names) {
            if (!all.containsKey(name)) {
                all.put(name, Lineup.named(name, seen()).orElseThrow(() -> nobody(name)));
            }
        }
        return all;
    }

    private List<Contender> fromFiles(List<Trace> read) {
        if (policies.isEmpty()) {
            return List.of();
        }
        Map<String, Trace> byName = new LinkedHashMap<>();
        read.forEach(trace -> byName.put(trace.name(), trace));
        var lab =
                new PolicyInput.Lab(
                        byName, model.model(), model.queues(), model.least(), model.most());
        var input = new PolicyInput(spec.commandLine().getErr(), seen(), lab);
        return policies.stream().flatMap(file -> input.read(file).stream()).toList();
    }

    private static Failure nobody(String name) {
        return new Failure(
                Exit.USAGE,
                "--against: nobody is named '"
                        + name
                        + "'; there are "
                        + String.join(", ", Lineup.names()));
    }

    private Sight seen() {
        return switch (sight.orElse("load")) {
            case "load" -> Sight.OFFERED_LOAD;
            case "utilization" -> Sight.PIPELINE;
            default ->
                    throw new Failure(
                            Exit.USAGE,
                            "--sight wants load or utilization, not '" + sight.get() + "'");
        };
    }

    private List<Family> families(Set<String> names) {
        return Lineup.families(seen()).stream().filter(f -> names.contains(f.name())).toList();
    }

    private Optional<Gate> gate() {
        if (failIf.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Gate.parse(failIf.get(), new LinkedHashSet<>(Lineup.names())));
        } catch (Gate.GateProblem e) {
            throw new Failure(Exit.USAGE, "--fail-if: " + e.getMessage());
        }
    }

    /** Whom the gate is for: everybody that is neither a rival nor clairvoyant. */
    private boolean holds(Gate gate, List<Comparison> results) {
        boolean holds = true;
        for (Comparison one : results) {
            for (Backtest.Result result : one.results()) {
                if (Rivals.NAMES.contains(result.policy())) {
                    continue;
                }
                for (String why : gate.broken(result.score(), other -> score(one, other))) {
                    holds = false;
                    String where = one.trace().name() + ": " + result.policy() + ": ";
                    spec.commandLine().getErr().println("ebb: --fail-if: " + where + why);
                }
            }
        }
        return holds;
    }

    private static Score score(Comparison one, String policy) {
        return one.result(policy).orElseThrow().score();
    }

    private static void mustBePrice(double price) {
        if (!(price >= 0) || price > 1e9) {
            throw new Failure(Exit.USAGE, "--price: wants a number that is not negative");
        }
    }

    private static void mustBeWritable(String option, Path file) {
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        boolean good =
                Files.exists(file)
                        ? Files.isRegularFile(file) && Files.isWritable(file)
                        : Files.isDirectory(folder) && Files.isWritable(folder);
        if (!good) {
            throw new Failure(
                    Exit.USAGE, option + ": " + file + " cannot be written; name a file that can");
        }
    }
}
