package dev.ebb.sim;

import dev.ebb.control.ServicePlan;
import dev.ebb.core.Policy;
import dev.ebb.core.QueryTarget;
import dev.ebb.core.QueryTarget.Pace;
import dev.ebb.sim.Scenario.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Draws which services are sized by a monitoring system too, and when it does not answer. */
final class Asked {
    private final SplittableRandom random;

    Asked(SplittableRandom random) {
        this.random = random;
    }

    /** A third of the seeds, and none of those that once found a bug: they keep their worlds. */
    static boolean concerns(long seed) {
        long rest = Math.floorMod(seed, 9);
        return rest == 0 || rest == 5 || rest == 8;
    }

    /** Most services; what one instance does for is near to what CPU would say. */
    Part with(Part part) {
        if (random.nextInt(4) == 0) {
            return part;
        }
        ServicePlan plan = part.plan();
        Policy policy = plan.policy();
        double each = part.model().capacity() * policy.targets().cpu();
        int every = 2 + random.nextInt(14);
        QueryTarget target =
                new QueryTarget(
                        "arrivals",
                        "sum(rate(arrivals_total[1m]))",
                        Optional.empty(),
                        each * (0.6 + random.nextDouble()),
                        new Pace(
                                Duration.ofSeconds(every),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(every + 1 + random.nextInt(40))));
        Policy asking = policy.withTargets(policy.targets().withQueries(List.of(target)));
        return new Part(
                part.model(),
                new ServicePlan(plan.name(), asking, plan.balance()),
                part.constantFrom());
    }

    /** Where anybody asks, one to four times in which there is no answer. */
    List<Fault> withSilences(List<Fault> faults, List<Part> parts, double seconds) {
        if (parts.stream().allMatch(p -> p.plan().policy().targets().queries().isEmpty())) {
            return faults;
        }
        List<Fault> all = new ArrayList<>(faults);
        for (int i = random.nextInt(4); i >= 0; i--) {
            double at = 5 + random.nextDouble() * (seconds - 35);
            double lasts = 5 + 120 * random.nextDouble();
            all.add(new Fault(Fault.Kind.QUERIES_FAIL, at, lasts, 0, random.nextDouble()));
        }
        all.sort(Comparator.comparingDouble(Fault::atSeconds));
        return all;
    }
}
