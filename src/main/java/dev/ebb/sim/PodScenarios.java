package dev.ebb.sim;

import dev.ebb.control.ServicePlan;
import dev.ebb.core.Policy;
import dev.ebb.sim.Scenario.Part;
import dev.ebb.sim.Scenario.Weather;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A seed's scenario in a cluster: the same services, load and faults, but for what there is not
 * (orders that the operator does not take, services of no pod, an end of Ebb that ends instances),
 * and with what only a cluster has: pods that others touch, evict, add and take away, budgets and
 * autoscalers of others.
 */
final class PodScenarios {
    private static final List<Fault.Kind> OF_CLUSTERS =
            List.of(
                    Fault.Kind.PODS_TOUCHED,
                    Fault.Kind.POD_EVICTED,
                    Fault.Kind.SCALED_BY_OTHERS,
                    Fault.Kind.EBB_CRASHES,
                    Fault.Kind.LATE_REPORTS);

    private final Scenario drawn;
    private final SplittableRandom random;
    private final SplittableRandom ofRules;

    PodScenarios(Scenario drawn) {
        this.drawn = drawn;
        this.random = new SplittableRandom(drawn.seed() * 0x9E3779B97F4A7C15L + 6);
        this.ofRules = new SplittableRandom(drawn.seed() * 0x9E3779B97F4A7C15L + 7);
    }

    Scenario get() {
        List<Part> parts = drawn.parts().stream().map(PodScenarios::inCluster).toList();
        List<Fault> faults = new ArrayList<>();
        for (Fault fault : drawn.faults()) {
            boolean order = fault.kind().isOrder();
            boolean taken =
                    fault.kind() == Fault.Kind.ORDER_RESCUE
                            || fault.kind() == Fault.Kind.ORDER_APPROVE;
            if (!order || taken) {
                faults.add(fault);
            }
        }
        if (drawn.weather() == Weather.STORM) {
            for (int i = random.nextInt(6); i >= 0; i--) {
                faults.add(ofCluster());
            }
            for (int i = ofRules.nextInt(3); i > 0; i--) {
                faults.add(ofRules());
            }
        }
        faults.sort(Comparator.comparingDouble(Fault::atSeconds));
        return new Scenario(
                drawn.seed(),
                drawn.weather(),
                drawn.seconds(),
                parts,
                faults,
                drawn.loops(),
                drawn.slowSteps(),
                Scenario.Ending.CUT_OFF);
    }

    private Fault ofCluster() {
        return drawn(OF_CLUSTERS, 2, 40, random);
    }

    /** For long enough that a removal is begun, or was, before it. */
    private Fault ofRules() {
        return drawn(List.of(Fault.Kind.BUDGET_MADE, Fault.Kind.AUTOSCALER_MADE), 30, 120, ofRules);
    }

    private Fault drawn(
            List<Fault.Kind> kinds, double least, double more, SplittableRandom random) {
        return new Fault(
                kinds.get(random.nextInt(kinds.size())),
                5 + random.nextDouble() * (drawn.seconds() - 35),
                least + more * random.nextDouble(),
                random.nextInt(1000),
                random.nextDouble());
    }

    private static Part inCluster(Part part) {
        ServicePlan plan = part.plan();
        Policy policy = plan.policy();
        Policy.Range range = policy.range();
        if (range.min() > 0 && range.initial() > 0) {
            return part;
        }
        int min = Math.max(1, range.min());
        var some =
                new Policy.Range(min, Math.max(min, range.max()), Math.max(min, range.initial()));
        return new Part(
                part.model(),
                new ServicePlan(plan.name(), policy.withRange(some), plan.balance()),
                part.constantFrom());
    }
}
