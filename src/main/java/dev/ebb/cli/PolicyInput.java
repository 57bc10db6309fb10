package dev.ebb.cli;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.ForeignFile;
import dev.ebb.config.ForeignPolicy;
import dev.ebb.config.Loaded;
import dev.ebb.config.Problem;
import dev.ebb.config.Problem.Severity;
import dev.ebb.config.ServiceConfig;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.QueueModel;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.rival.Hpa;
import dev.ebb.sim.lab.rival.HpaBehavior;
import dev.ebb.sim.lab.rival.Kpa;
import dev.ebb.sim.lab.rival.Lineup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/** Policies from files: Ebb's own, and the manifests of other autoscalers. */
final class PolicyInput {
    private final PrintWriter err;
    private final Sight sight;
    private final Lab lab;

    /**
     * What policies are tried in.
     *
     * @param traces by name
     * @param model of the service, for each trace
     * @param queues what requests are like; empty where load is a fluid
     * @param least instances in the model; what a policy wants fewer is not simulated
     * @param most instances in the model; what a policy asks for beyond them is not simulated
     */
    record Lab(
            Map<String, Trace> traces,
            Function<Trace, FleetModel> model,
            Optional<QueueModel> queues,
            int least,
            int most) {}

    /**
     * @param err where what is not simulated is told
     * @param sight what Ebb's own policies see
     */
    PolicyInput(PrintWriter err, Sight sight, Lab lab) {
        this.err = err;
        this.sight = sight;
        this.lab = lab;
    }

    /** All policies of a file; one is named by the file, several by their own names as well. */
    List<Contender> read(Path file) {
        if (!Files.isRegularFile(file)) {
            String what = Files.exists(file) ? "is not a file" : "there is no such file";
            throw new Failure(Exit.USAGE, file + ": " + what);
        }
        String text;
        try {
            text = ForeignFile.text(file);
        } catch (CharacterCodingException e) {
            throw new Failure(Exit.USAGE, file + ": is not text in UTF-8; give YAML or JSON");
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
                        case ForeignPolicy.Knative knative -> kpa(name, knative).contender(name);
                    });
        }
        return all;
    }

    private List<Contender> own(Path file, String text) {
        Loaded loaded = ConfigFile.read(file.toString(), text);
        tell(file, loaded.problems());
        List<ServiceConfig> services = loaded.config().orElseThrow().services();
        var policies = new OwnPolicies(file, services, lab, sight, err);
        List<Contender> all = new ArrayList<>();
        for (ServiceConfig service : services) {
            String name = name(file, service.name().value(), services.size());
            tellCapped(name, OptionalInt.of(service.policy().range().max()));
            all.add(policies.contender(name, service));
        }
        if (services.stream().anyMatch(s -> s.policy().objective().isEmpty())) {
            String note = ": warning: trials, drains and vetoes are not simulated, sizing is";
            err.println("ebb: " + file + note);
        }
        if (lab.queues().isEmpty() && services.stream().anyMatch(s -> s.policy().goals().any())) {
            String note = ": warning: requests take no time in this model; for an objective of";
            err.println("ebb: " + file + note + " latency or answers give --model queues");
        }
        err.flush();
        return all;
    }

    private static OptionalInt max(ForeignPolicy policy) {
        return switch (policy) {
            case ForeignPolicy.Hpa hpa -> hpa.max();
            case ForeignPolicy.Knative knative -> most(knative);
        };
    }

    private void tellCapped(String name, OptionalInt max) {
        if (max.orElse(0) > lab.most()) {
            err.println(
                    "ebb: %s: warning: its maximum of %d is above the model's; %d are simulated"
                                    .formatted(name, max.getAsInt(), lab.most())
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
        String plain = dot > 0 ? name.substring(0, dot) : name;
        // Who saves an HPA is wont to call the file hpa.yaml, and hpa is the yardstick.
        String stem = Lineup.names().contains(plain) ? name : plain;
        return all == 1 || own.isEmpty() ? stem : stem + ":" + own;
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

    private Kpa kpa(String name, ForeignPolicy.Knative k) {
        int min = k.min().orElse(0);
        if (min == 0 && lab.least() > 0) {
            err.println(
                    "ebb: %s: warning: it may scale to 0, and the model may not; %d are simulated,"
                                    .formatted(name, lab.least())
                            + " for scaling to 0 give --min 0");
            err.flush();
        }
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
                k.retention().orElse(0),
                OptionalInt.of(Math.max(min, lab.least())),
                most(k));
    }
}
