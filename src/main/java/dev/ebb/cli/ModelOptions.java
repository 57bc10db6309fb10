package dev.ebb.cli;

import dev.ebb.cli.LearnInput.Learned;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.QueueModel;
import dev.ebb.sim.lab.SignalDelays;
import dev.ebb.sim.lab.Trace;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the service in the lab is like: the reference model, or that with other figures. */
final class ModelOptions {
    private static final String REFERENCE = "reference";
    private static final String QUEUES = "queues";
    private static final List<String> MODELS = List.of(REFERENCE, QUEUES);

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "reference: steps of 5s, --start 30s --drain 10s --min 1 --max 100, capacity so"
                            + " that the trace's peak needs 40 instances at 70 %%, utilization 15s"
                            + " old. It is the default, and the options below change it. queues:"
                            + " the same fleet, but with requests that arrive by chance and wait,"
                            + " cold starts and stragglers; for objectives about latency. It takes"
                            + " time for each request.")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--start",
            paramLabel = "TIME",
            description = "From an instance's order until it serves: 30s, 2m.")
    private Optional<String> start = Optional.empty();

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            description = "How long it costs on when it serves no more.")
    private Optional<String> drain = Optional.empty();

    @Option(
            names = "--capacity",
            paramLabel = "LOAD",
            description = "Load that one instance can carry, in the trace's unit.")
    private Optional<Double> capacity = Optional.empty();

    @Option(
            names = "--metric-delay",
            paramLabel = "TIME",
            description = "How old what policies see is.")
    private Optional<String> delay = Optional.empty();

    @Option(
            names = "--step",
            paramLabel = "TIME",
            description = "Length of the model's step; policies are asked once in each.")
    private Optional<String> step = Optional.empty();

    @Option(
            names = "--service-time",
            paramLabel = "TIME",
            description = "With --model queues: a request's mean time, without waiting: 200ms.")
    private Optional<String> service = Optional.empty();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "With --model queues: requests that an instance works on at once: 4.")
    private Optional<Integer> concurrency = Optional.empty();

    @Option(
            names = "--objective",
            paramLabel = "TIME",
            description = "With --model queues: a request that takes longer misses: 1s.")
    private Optional<String> objective = Optional.empty();

    @Option(
            names = "--learn",
            paramLabel = "DIR",
            description =
                    "A state directory of Ebb: start, drain, metric delay and capacity are learned"
                            + " from the journal in it, but for those that are given. The trace is"
                            + " then in requests a second.")
    private Optional<Path> learn = Optional.empty();

    @Option(
            names = "--learn-service",
            paramLabel = "NAME",
            description = "Which service of that journal, where there are several.")
    private Optional<String> learnService = Optional.empty();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private Optional<Learned> learned = Optional.empty();

    @Option(names = "--min", paramLabel = "N", description = "Fewest instances.")
    private Optional<Integer> min = Optional.empty();

    @Option(names = "--max", paramLabel = "N", description = "Most instances.")
    private Optional<Integer> max = Optional.empty();

    /** Most instances, whatever the trace. */
    int most() {
        return max.orElse(FleetModel.REFERENCE_MAX);
    }

    /** Most instances, where it is given. */
    OptionalInt mostGiven() {
        return max.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /** Fewest instances, whatever the trace. */
    int least() {
        return min.orElse(1);
    }

    /** The model for each trace. */
    Function<Trace, FleetModel> model() {
        boolean changed =
                capacity.isPresent()
                        || learn.isPresent()
                        || min.isPresent()
                        || max.isPresent()
                        || Stream.of(start, drain, delay, step).anyMatch(Optional::isPresent);
        if (name.isPresent() && !MODELS.contains(name.get())) {
            String models = String.join(", ", MODELS);
            throw wrong("--model: '" + name.get() + "' is not known; there are: " + models);
        }
        if (changed && name.isPresent() && name.get().equals(REFERENCE)) {
            throw wrong("--model reference is exactly that; leave it out to change a figure of it");
        }
        if (learn.isEmpty() && learnService.isPresent()) {
            throw wrong("--learn-service wants --learn DIR");
        }
        if (learn.isPresent() && learned.isEmpty()) {
            var input = new LearnInput(learn.get(), learnService, spec.commandLine().getErr());
            var wanted =
                    new LearnInput.Wanted(
                            start.isEmpty(), drain.isEmpty(), capacity.isEmpty(), delay.isEmpty());
            learned = Optional.of(input.learn(wanted));
        }
        return changed ? this::changed : FleetModel::reference;
    }

    private double known(Function<Learned, OptionalDouble> figure, double usual) {
        return learned.map(figure).orElse(OptionalDouble.empty()).orElse(usual);
    }

    /** What requests are like, if the model has any. */
    Optional<QueueModel> queues() {
        if (!name.equals(Optional.of(QUEUES))) {
            if (service.isPresent() || objective.isPresent() || concurrency.isPresent()) {
                throw wrong("--service-time, --concurrency and --objective want --model queues");
            }
            return Optional.empty();
        }
        QueueModel usual = QueueModel.USUAL;
        try {
            return Optional.of(
                    usual.with(
                            Spans.seconds("--service-time", service, usual.service()),
                            concurrency.orElse(usual.slots()),
                            Spans.seconds("--objective", objective, usual.objective())));
        } catch (IllegalArgumentException e) {
            throw wrong("the model: " + e.getMessage());
        }
    }

    private FleetModel changed(Trace trace) {
        FleetModel usual = FleetModel.reference(trace);
        SignalDelays seen = usual.signals();
        try {
            return new FleetModel(
                    Spans.seconds("--step", step, usual.step()),
                    Spans.seconds("--start", start, known(Learned::start, usual.start())),
                    Spans.seconds("--drain", drain, known(Learned::drain, usual.drain())),
                    capacity.orElseGet(() -> known(Learned::capacity, usual.capacity())),
                    min.orElse(usual.min()),
                    max.orElse(usual.max()),
                    usual.missAbove(),
                    new SignalDelays(
                            Spans.seconds(
                                    "--metric-delay", delay, known(Learned::delay, seen.load())),
                            Spans.seconds("--metric-delay", delay, seen.utilization()),
                            seen.window()));
        } catch (IllegalArgumentException e) {
            throw wrong("the model: " + e.getMessage());
        }
    }

    private static Failure wrong(String line) {
        return new Failure(Exit.USAGE, line);
    }
}
