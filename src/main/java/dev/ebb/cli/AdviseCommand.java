package dev.ebb.cli;

import dev.ebb.sim.lab.Backtest;
import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.TraceRead;
import dev.ebb.sim.lab.rival.Lineup;
import dev.ebb.sim.lab.rival.Rivals;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb advise}: what scaling in would save, without doing it. */
@Command(
        name = "advise",
        header = "Say how few instances a recorded load needs, and print the policy for it.",
        description = {
            "Reads load from Prometheus or from files, as `ebb backtest` does, and acts on nothing."
                    + " Savings are against as many instances as the peak needs, all the time."
                    + " Without --max, the policy leaves room for half as many again as were ever"
                    + " needed. With --kubernetes it looks at the workloads of a cluster, and"
                    + " savings are against the pods that there are, or were.",
            ""
        })
final class AdviseCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--trace", paramLabel = "FILE", arity = "1..*", description = "Recorded load.")
    private List<Path> traces = new ArrayList<>();

    @Option(
            names = "--query",
            paramLabel = "QUERY",
            description = "A service's load, in PromQL; repeated for several services.")
    private List<String> queries = new ArrayList<>();

    @Option(names = "--price", paramLabel = "X", description = "Of an instance, per hour.")
    private Optional<Double> price = Optional.empty();

    @Mixin private PastOptions past;

    @Mixin private ClusterOptions cluster;

    @Mixin private TraceInput input;

    @Mixin private ModelOptions model;

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter err = spec.commandLine().getErr();
        checkOptions();
        if (cluster.isGiven()) {
            PrintWriter out = spec.commandLine().getOut();
            return new ClusterAdviser(cluster, past, model, price, out, err).advise();
        }
        List<Trace> all = past.isGiven() ? asked() : input.read(traces, err);
        if (all.isEmpty()) {
            throw new Failure(
                    Exit.USAGE, "give --trace FILE, or --prometheus URL with --query QUERY");
        }
        List<Contender> who =
                List.of(
                        Lineup.named(Lineup.EBB, Sight.OFFERED_LOAD).orElseThrow(),
                        Rivals.named("static").orElseThrow());
        var plan =
                new Backtest.Plan(
                        all,
                        model.model(),
                        model.queues(),
                        who,
                        Rivals.named("oracle").orElseThrow(),
                        List.of(),
                        true);
        try (var meter = new ProgressMeter(err, "advise", "nothing was written")) {
            tell(Backtest.run(plan, meter));
        }
        return Exit.OK;
    }

    private void tell(List<Comparison> results) {
        PrintWriter out = spec.commandLine().getOut();
        List<Advice> all = results.stream().map(one -> Advice.of(one, model.mostGiven())).toList();
        if (cluster.json()) {
            out.println(AdviceText.json(all, price));
        } else {
            all.forEach(one -> AdviceText.lines(one, price).forEach(out::println));
        }
        out.flush();
    }

    private void checkOptions() {
        if (price.filter(p -> !(p >= 0)).isPresent()) {
            throw new Failure(Exit.USAGE, "--price: wants a number of 0 or more");
        }
        cluster.check();
        if (cluster.isGiven()) {
            if (!traces.isEmpty() || !queries.isEmpty()) {
                throw new Failure(
                        Exit.USAGE,
                        "--kubernetes finds the load itself, without --trace or --query");
            }
            return;
        }
        if (past.isGiven() && !traces.isEmpty()) {
            throw new Failure(Exit.USAGE, "give --trace or --prometheus, not both");
        }
        if (past.isGiven() == queries.isEmpty()) {
            throw new Failure(Exit.USAGE, "--prometheus URL and --query QUERY belong together");
        }
    }

    private List<Trace> asked() throws InterruptedException {
        PastOptions.Window w = past.window();
        PrometheusQuery query = past.query();
        List<Trace> all = new ArrayList<>();
        for (String text : queries) {
            TraceRead read =
                    query.range("service-" + (all.size() + 1), text, w.start(), w.end(), w.step());
            all.add(read.trace());
        }
        return all;
    }
}
