package dev.ebb.cli;

import dev.ebb.balance.LimitPolicy;
import dev.ebb.cli.PolicyInput.Lab;
import dev.ebb.config.ServiceConfig;
import dev.ebb.core.Bounds;
import dev.ebb.core.NotBelow;
import dev.ebb.core.Policy;
import dev.ebb.core.QueryTarget;
import dev.ebb.core.RateTarget;
import dev.ebb.sim.lab.Autoscaler;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.EbbScaler;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Hourly;
import dev.ebb.sim.lab.KeepingUp;
import dev.ebb.sim.lab.Largest;
import dev.ebb.sim.lab.QueueScaler;
import dev.ebb.sim.lab.Replay;
import dev.ebb.sim.lab.Scheduled;
import dev.ebb.sim.lab.Signals;
import dev.ebb.sim.lab.TargetScaler;
import dev.ebb.sim.lab.Trace;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Ebb's own policies of one file in the lab: sizing by target or objective, by the rate, by a query
 * and by the queue; then callers, the range, schedules and the budget of the hour. What a trace
 * does not tell is refused, with one line.
 */
final class OwnPolicies {
    private final Path file;
    private final List<ServiceConfig> services;
    private final Lab lab;
    private final Sight sight;
    private final PrintWriter err;
    private final Set<String> told = new LinkedHashSet<>();

    /**
     * @param file for messages
     * @param services of the file
     */
    OwnPolicies(Path file, List<ServiceConfig> services, Lab lab, Sight sight, PrintWriter err) {
        this.file = file;
        this.services = services;
        this.lab = lab;
        this.sight = sight;
        this.err = err;
    }

    /**
     * One service's policy.
     *
     * @throws Failure when something in it cannot be simulated with these traces and this model
     */
    Contender contender(String name, ServiceConfig service) {
        Policy policy = service.policy();
        Contender all = withLoads(sized(name, policy), service);
        all = withQueue(all, service);
        all = KeepingUp.over(all, callers(service));
        Policy.Range range = policy.range();
        all = Contender.over(all, (inner, model) -> new Ranged(inner, range));
        return Hourly.over(Scheduled.over(all, policy), policy);
    }

    private Contender sized(String name, Policy policy) {
        Policy.Range range = policy.range();
        double usable = policy.targets().cpu();
        if (policy.objective().isPresent()) {
            double caution = policy.objective().get().caution();
            return Contender.clairvoyant(
                    name,
                    (trace, model) ->
                            EbbScaler.contender(name, caution, policy.goals(), sight)
                                    .open(trace, within(model, range, usable)));
        }
        TargetScaler.Terms terms = terms(policy);
        return Contender.reactive(name, model -> new TargetScaler(terms, model));
    }

    private static TargetScaler.Terms terms(Policy policy) {
        return new TargetScaler.Terms(
                policy.targets().cpu(),
                policy.out().tolerance(),
                policy.out().window().toMillis() / 1000.0,
                policy.in().window().toMillis() / 1000.0,
                policy.in().stabilization().toMillis() / 1000.0);
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

    // ---- The load itself

    /** With what the trace itself asks for: as requests a second, or as the answer to a query. */
    private Contender withLoads(Contender inner, ServiceConfig service) {
        Policy policy = service.policy();
        Optional<Double> each = each(service);
        if (each.isEmpty()) {
            return inner;
        }
        TargetScaler.Terms terms = terms(policy);
        return Contender.over(
                inner,
                (one, model) ->
                        new Largest(List.of(one, TargetScaler.byLoad(terms, model, each.get()))));
    }

    private Optional<Double> each(ServiceConfig service) {
        List<QueryTarget> queries = service.policy().targets().queries();
        Optional<RateTarget> rate = service.policy().targets().rate();
        if (queries.size() > 1) {
            throw refused(
                    service,
                    "%d queries size it, and a trace is the answer to one; leave one of them"
                            .formatted(queries.size()));
        }
        Optional<Double> perSecond = rate.flatMap(RateTarget::perSecond);
        if (!queries.isEmpty() && perSecond.isPresent()) {
            throw refused(
                    service,
                    "'target.rate' and a query size it, and a trace is one of the two; leave one");
        }
        if (rate.isPresent() && perSecond.isEmpty()) {
            tell(service, "'rate: learned' asks for what 'target.cpu' does: CPU follows the trace");
        }
        if (perSecond.isPresent()) {
            tell(service, "the trace is taken for requests a second ('target.rate')");
        }
        if (!queries.isEmpty()) {
            tell(
                    service,
                    "the trace is taken for the load and for the answers to '%s', always answered"
                            .formatted(queries.getFirst().name()));
        }
        return perSecond.or(() -> queries.stream().findFirst().map(QueryTarget::each));
    }

    // ---- The queue

    private Contender withQueue(Contender inner, ServiceConfig service) {
        boolean limited = !(service.balance().limit() instanceof LimitPolicy.Unlimited);
        boolean asked = service.policy().targets().queue().isPresent();
        if (lab.queues().isEmpty()) {
            if (asked) {
                throw refused(
                        service,
                        "'target.queue' is of requests that wait, and here load is a fluid; give"
                                + " --model queues");
            }
            if (limited) {
                tell(service, "'balance.limit' and its queue are simulated by --model queues only");
            }
            return inner;
        }
        return limited ? QueueScaler.over(inner, service.policy()) : inner;
    }

    // ---- Callers

    private List<KeepingUp.Caller> callers(ServiceConfig service) {
        List<KeepingUp.Caller> callers = new ArrayList<>();
        for (NotBelow bound : service.policy().bounds().map(Bounds::notBelow).orElse(List.of())) {
            String name = bound.service().value();
            ServiceConfig caller =
                    services.stream()
                            .filter(s -> s.name().equals(bound.service()))
                            .findFirst()
                            .orElseThrow();
            Trace trace = lab.traces().get(name);
            if (trace == null) {
                throw refused(
                        service,
                        "'not-below: %s' needs that service's load too: give --trace %s.csv beside"
                                        .formatted(name, name)
                                + " it (a trace is named by its file)");
            }
            var replay = new Replay(trace, lab.model().apply(trace), lab.queues());
            callers.add(new KeepingUp.Caller(name, replay, contender(name, caller), bound.ratio()));
        }
        return callers;
    }

    private Failure refused(ServiceConfig service, String why) {
        return new Failure(Exit.USAGE, "%s: %s: %s".formatted(file, service.name(), why));
    }

    private void tell(ServiceConfig service, String what) {
        String line = "ebb: %s: %s: %s".formatted(file, service.name(), what);
        if (told.add(line)) {
            err.println(line);
        }
    }

    /** Keeps a policy's answers between its own fewest and most. */
    private record Ranged(Autoscaler inner, Policy.Range range) implements Autoscaler {
        @Override
        public int decide(Signals signals) {
            return Math.clamp(inner.decide(signals), range.min(), range.max());
        }

        @Override
        public String reason() {
            return inner.reason();
        }
    }
}
