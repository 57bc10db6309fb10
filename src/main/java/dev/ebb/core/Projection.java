package dev.ebb.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Step 4: what the survivors would look like after a removal, and after one more failure. Remove
 * only as many as leave room for both. Pure.
 */
final class Projection {
    private final Policy policy;
    private final List<Assessed> carrying;

    Projection(Policy policy, List<Assessed> instances) {
        this.policy = policy;
        this.carrying = instances.stream().filter(a -> a.instance().isHealthyServing()).toList();
    }

    /** Why these must not go; empty when the projection allows it. */
    Optional<Hold> objection(Set<InstanceId> victims) {
        List<Assessed> survivors =
                carrying.stream().filter(a -> !victims.contains(a.instance().id())).toList();
        int left = survivors.size();
        if (left == 0 && Idleness.wantsNone(policy)) {
            return Optional.empty();
        }
        if (left == 0) {
            return Optional.of(
                    new Hold(
                            Reason.of("no_survivor", "nobody would be left"),
                            "another healthy instance"));
        }
        double demand = used(carrying);
        double allowed = survivors.stream().mapToDouble(a -> a.allowance().cpuCores()).sum();
        double after = demand / allowed;
        double limit = policy.targets().cpu() * (1 + policy.out().tolerance());
        if (after > limit) {
            return Optional.of(tooFull("projected", after, limit, left));
        }
        double concurrency = concurrency(carrying, survivors, left);
        double concurrencyLimit = policy.targets().concurrency() * (1 + policy.out().tolerance());
        if (concurrency > concurrencyLimit) {
            return Optional.of(
                    tooFull("projected_concurrency", concurrency, concurrencyLimit, left));
        }
        return left == 1 && policy.range().min() <= 1
                ? Optional.empty()
                : afterFailure(survivors, demand, left);
    }

    /** A single survivor has no room for a failure: only who asked for one instance gets it. */
    private Optional<Hold> afterFailure(List<Assessed> survivors, double demand, int left) {
        double biggest =
                survivors.stream().mapToDouble(a -> a.allowance().cpuCores()).max().orElse(0);
        double rest = survivors.stream().mapToDouble(a -> a.allowance().cpuCores()).sum() - biggest;
        double after = rest > 0 ? demand / rest : Double.MAX_VALUE;
        double limit = policy.targets().afterFailure();
        return after <= limit
                ? Optional.empty()
                : Optional.of(tooFull("projected_after_failure", after, limit, left - 1));
    }

    /** Mean CPU utilization of the survivors after these go, 0 to 1 and above. */
    double utilizationWithout(Set<InstanceId> victims) {
        double allowed =
                carrying.stream()
                        .filter(a -> !victims.contains(a.instance().id()))
                        .mapToDouble(a -> a.allowance().cpuCores())
                        .sum();
        double ofNobody = Idleness.wantsNone(policy) ? 0 : Double.MAX_VALUE;
        return allowed > 0 ? used(carrying) / allowed : ofNobody;
    }

    private static double used(List<Assessed> instances) {
        return instances.stream()
                .mapToDouble(a -> a.stable().cpu().orElse(1) * a.allowance().cpuCores())
                .sum();
    }

    private static double concurrency(List<Assessed> all, List<Assessed> survivors, int left) {
        double inFlight = all.stream().mapToDouble(a -> a.stable().inFlight()).sum();
        double each =
                survivors.stream()
                        .mapToDouble(a -> a.allowance().concurrency().orElse(Double.MAX_VALUE))
                        .average()
                        .orElse(Double.MAX_VALUE);
        return inFlight / each / left;
    }

    private static Hold tooFull(String code, double after, double limit, int left) {
        return new Hold(
                new Reason(
                        code,
                        "%s left would be %s used, the limit is %s"
                                .formatted(
                                        Text.instances(left),
                                        Text.percent(Math.min(after, 99)),
                                        Text.percent(limit)),
                        Map.of("utilization", Math.min(after, 99), "limit", limit)),
                "less load, or more capacity for each instance");
    }
}
