package dev.ebb.cli;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.ForeignFile;
import dev.ebb.config.ForeignPolicy;
import dev.ebb.config.Loaded;
import dev.ebb.config.Problem;
import dev.ebb.config.Problem.Severity;
import dev.ebb.config.ServiceConfig;
import dev.ebb.core.Bounds;
import dev.ebb.core.NotBelow;
import dev.ebb.core.Policy;
import dev.ebb.sim.lab.Autoscaler;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.EbbScaler;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Scheduled;
import dev.ebb.sim.lab.Signals;
import dev.ebb.sim.lab.TargetScaler;
import dev.ebb.sim.lab.rival.Hpa;
import dev.ebb.sim.lab.rival.HpaBehavior;
import dev.ebb.sim.lab.rival.Kpa;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Policies from files: Ebb's own, and the manifests of other autoscalers. */
final class PolicyInput {
    private final PrintWriter err;
    private final Sight sight;
    private final int most;

    /**
     * @param err where what is not simulated is told
     * @param sight what Ebb's own policies see
     * @param most instances in the model; what a policy asks for beyond them is not simulated
     */
    PolicyInput(PrintWriter err, Sight sight, int most) {
        this.err = err;
        this.sight = sight;
        this.most = most;
    }

    /** All policies of a file; one is named by the file, several by their own names as well. */
    List<Contender> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new Failure(Exit.USAGE, file + ": there is no such file");
        }
        String text;
        try {
            text = ForeignFile.text(file);
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, file + ": cannot be read: " + e.getMessage());
        }
        return ForeignFile.isForeign(text) ? foreign(file, text) : own(file, text);
    }

    private List<Contender> foreign(Path file, String text) {
        ForeignFile read = ForeignFile.read(text);
        tell(file, read.problems());
        List<Contender> all = new ArrayList<>();
        for (ForeignPolicy policy : read.policies()) {
            String name = name(file, policy.name(), read.policies().size());
            tellCapped(name, max(policy));
            all.add(
                    switch (policy) {
                        case ForeignPolicy.Hpa hpa -> hpa(hpa).contender(name);
                        case ForeignPolicy.Knative k when k.hpa() -> hpa(k).contender(name);
                        case ForeignPolicy.Knative knative -> kpa(knative).contender(name);
                    });
        }
        return all;
    }

    private List<Contender> own(Path file, String text) {
        Loaded loaded = ConfigFile.read(file.toString(), text);
        tell(file, loaded.problems());
        List<ServiceConfig> services = loaded.config().orElseThrow().services();
        List<Contender> all = new ArrayList<>();
        for (ServiceConfig service : services) {
            String name = name(file, service.name().value(), services.size());
            tellCapped(name, OptionalInt.of(service.policy().range().max()));
            all.add(Scheduled.over(own(name, service.policy()), service.policy()));
        }
        if (services.stream().anyMatch(s -> s.policy().objective().isEmpty())) {
            String note = ": warning: trials, drains and vetoes are not simulated, sizing is";
            err.println("ebb: " + file + note);
        }
        boolean alone = services.stream().allMatch(s -> notBelow(s.policy()).isEmpty());
        if (!alone) {
            err.println("ebb: " + file + ": warning: 'not-below' is not simulated");
        }
        return all;
    }

    private static List<NotBelow> notBelow(Policy policy) {
        return policy.bounds().map(Bounds::notBelow).orElse(List.of());
    }

    private static OptionalInt max(ForeignPolicy policy) {
        return switch (policy) {
            case ForeignPolicy.Hpa hpa -> hpa.max();
            case ForeignPolicy.Knative knative -> most(knative);
        };
    }

    private void tellCapped(String name, OptionalInt max) {
        if (max.orElse(0) > most) {
            err.println(
                    "ebb: %s: warning: its maximum of %d is above the model's; %d are simulated"
                                    .formatted(name, max.getAsInt(), most)
                            + ", for more give --max "
                            + max.getAsInt());
            err.flush();
        }
    }

    /** Warnings are told; the first error ends it. */
    private void tell(Path file, List<Problem> problems) {
        List<String> errors = new ArrayList<>();
        for (Problem problem : problems) {
            if (problem.severity() == Severity.ERROR) {
                errors.add(problem.line(file.toString()));
            } else {
                err.println("ebb: " + problem.line(file.toString()));
            }
        }
        err.flush();
        if (!errors.isEmpty()) {
            throw new Failure(Exit.USAGE, String.join("\nebb: ", errors));
        }
    }

    private static String name(Path file, String own, int all) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        return all == 1 || own.isEmpty() ? stem : stem + ":" + own;
    }

    private Contender own(String name, Policy policy) {
        Policy.Range range = policy.range();
        double usable = policy.targets().cpu();
        if (policy.objective().isPresent()) {
            double caution = policy.objective().get().caution();
            return Contender.clairvoyant(
                    name,
                    (trace, model) ->
                            EbbScaler.contender(name, caution, sight)
                                    .open(trace, within(model, range, usable)));
        }
        var terms =
                new TargetScaler.Terms(
                        usable,
                        policy.out().tolerance(),
                        policy.out().window().toMillis() / 1000.0,
                        policy.in().window().toMillis() / 1000.0,
                        policy.in().stabilization().toMillis() / 1000.0);
        return Contender.reactive(name, model -> new Ranged(new TargetScaler(terms, model), range));
    }

    private static FleetModel within(FleetModel m, Policy.Range range, double usable) {
        return new FleetModel(
                m.step(),
                m.start(),
                m.drain(),
                m.capacity(),
                range.min(),
                range.max(),
                usable,
                m.signals());
    }

    /** Keeps a policy's answers between its own fewest and most. */
    private record Ranged(TargetScaler scaler, Policy.Range range) implements Autoscaler {
        @Override
        public int decide(Signals signals) {
            return Math.clamp(scaler.decide(signals), range.min(), range.max());
        }

        @Override
        public String reason() {
            return scaler.reason();
        }
    }

    private static Hpa hpa(ForeignPolicy.Hpa hpa) {
        List<Hpa.Metric> metrics = hpa.metrics().stream().map(PolicyInput::metric).toList();
        Optional<HpaBehavior> behavior =
                hpa.behavior()
                        .map(b ->
                                new HpaBehavior(
                                        rules(b.up(), HpaBehavior.DEFAULT.up()),
                                        rules(b.down(), HpaBehavior.DEFAULT.down())));
        return new Hpa(metrics, behavior, hpa.min(), hpa.max(), 15, 300, 0.1);
    }

    private static Hpa.Metric metric(ForeignPolicy.Metric metric) {
        return switch (metric.of()) {
            case UTILIZATION -> new Hpa.Metric.Utilization((int) metric.target());
            case PODS_AVERAGE -> new Hpa.Metric.PodsAverage(metric.target());
            case TOTAL_AVERAGE -> new Hpa.Metric.TotalAverage(metric.target());
            case TOTAL -> new Hpa.Metric.TotalValue(metric.target());
        };
    }

    private static HpaBehavior.Rules rules(
            Optional<ForeignPolicy.Rules> given, HpaBehavior.Rules usual) {
        if (given.isEmpty()) {
            return usual;
        }
        ForeignPolicy.Rules rules = given.get();
        HpaBehavior.Select select =
                switch (rules.select()) {
                    case "Min" -> HpaBehavior.Select.MIN;
                    case "Disabled" -> HpaBehavior.Select.DISABLED;
                    default -> HpaBehavior.Select.MAX;
                };
        List<HpaBehavior.Policy> steps =
                rules.policies().stream()
                        .map(s ->
                                new HpaBehavior.Policy(
                                        s.percent()
                                                ? HpaBehavior.Kind.PERCENT
                                                : HpaBehavior.Kind.PODS,
                                        s.value(),
                                        s.period()))
                        .toList();
        return new HpaBehavior.Rules(
                select,
                steps.isEmpty() ? usual.policies() : steps,
                rules.window().orElse(usual.window()),
                rules.tolerance());
    }

    /** Knative's HPA class: the target is percent of CPU, 80 when nothing is said. */
    private static Hpa hpa(ForeignPolicy.Knative k) {
        int percent = (int) k.target().orElse(80);
        return new Hpa(
                List.of(new Hpa.Metric.Utilization(percent)),
                Optional.empty(),
                OptionalInt.of(Math.max(1, k.min().orElse(1))),
                most(k),
                15,
                300,
                0.1);
    }

    /** A maximum of 0 is Knative's word for none. */
    private static OptionalInt most(ForeignPolicy.Knative k) {
        return k.max().orElse(0) == 0 ? OptionalInt.empty() : k.max();
    }

    private static Kpa kpa(ForeignPolicy.Knative k) {
        Kpa usual = Kpa.at(k.utilization().orElse(0.7));
        return new Kpa(
                k.target().isPresent() && k.limit().isPresent()
                        ? OptionalDouble.of(
                                Math.min(k.target().getAsDouble(), k.limit().getAsDouble()))
                        : k.target().isPresent() ? k.target() : k.limit(),
                usual.utilization(),
                k.window().orElse(usual.stableWindow()),
                k.panicPercent().orElse(usual.panicPercent()),
                k.panicThreshold().orElse(usual.panicThreshold()),
                usual.maxUp(),
                usual.maxDown(),
                k.delay().orElse(usual.scaleDownDelay()),
                k.activation().orElse(usual.activationScale()),
                OptionalInt.of(Math.max(1, k.min().orElse(1))),
                most(k));
    }
}
