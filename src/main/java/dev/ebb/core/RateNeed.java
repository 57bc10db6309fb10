package dev.ebb.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How many instances the rate of requests asks for: rate / wanted rate of one. What is refused for
 * want of room was asked for as well. Pure.
 */
final class RateNeed {
    static final String SOURCE = "rate";

    /** In a tick: a fleet of thousands says no more than these. */
    private static final int LEARNERS_MAX = 64;

    private final Policy policy;
    private final List<Assessed> instances;
    private final Now now;
    private final int rotating;

    RateNeed(Policy policy, List<Assessed> instances, Now now, int rotating) {
        this.policy = policy;
        this.instances = instances;
        this.now = now;
        this.rotating = rotating;
    }

    /** Empty when nobody asked for it, and as long as nothing is known. */
    Optional<Need> need(LoadMemory load) {
        RateTarget target = policy.targets().rate().orElse(null);
        if (target == null) {
            return Optional.empty();
        }
        RateLine line = load.forecasts().rate().orElse(RateLine.NONE);
        OptionalDouble each =
                target.perSecond().isPresent()
                        ? OptionalDouble.of(target.perSecond().get())
                        : line.rateAt(policy.targets().cpu());
        return each.isEmpty()
                ? Optional.empty()
                : Optional.of(need(load, target, line, each.getAsDouble()));
    }

    private Need need(LoadMemory load, RateTarget target, RateLine line, double each) {
        double refused = refused(load);
        double asked = sum(true, each) + refused;
        int out = Sizer.outNeed(asked / each, rotating, policy.out().tolerance());
        int in = Sizer.ceil((sum(false, each) + refused) / each);
        String which =
                target.perSecond().isPresent()
                        ? "%s for each wanted".formatted(Text.number(each))
                        : "%s for each learned, at %s of its CPU"
                                .formatted(Text.number(each), Text.percent(policy.targets().cpu()));
        return new Need(
                SOURCE,
                out,
                in,
                new Reason(
                        "need_" + SOURCE,
                        "%s requests a second, %s: %s"
                                .formatted(Text.number(asked), which, Text.instances(out)),
                        Map.of(
                                "per_second", asked,
                                "refused_per_second", refused,
                                "each", each,
                                "learned_from", line.weight())));
    }

    private double refused(LoadMemory load) {
        long window = policy.out().window().toNanos();
        return load.queue().map(q -> q.shedPerSecond(window)).orElse(0.0);
    }

    /** An instance that does not report counts as at its target, but for a newcomer. */
    private double sum(boolean recent, double each) {
        double sum = 0;
        for (Assessed one : instances) {
            Instance instance = one.instance();
            boolean known = instance.traffic().ageNanos(now) <= policy.in().freshness().toNanos();
            if (known) {
                Utilization window = recent ? one.recent() : one.stable();
                sum += window.requestsPerSecond();
            } else if (instance.lifecycle().inRotation()) {
                boolean newcomer =
                        recent && !now.isPast(instance.sinceNanos(), policy.out().window());
                sum += newcomer ? 0 : each;
            }
        }
        return sum;
    }

    /** The line with what was seen now; as it was where nobody wants to know. */
    Optional<RateLine> learned(Optional<RateLine> before) {
        boolean wanted = policy.targets().rate().filter(t -> t.perSecond().isEmpty()).isPresent();
        if (!wanted) {
            return before;
        }
        RateLine line = before.orElse(RateLine.NONE).faded(now.monotonicNanos());
        int learners = 0;
        for (Assessed one : instances) {
            OptionalDouble cpu = one.stable().cpu();
            double rate = one.stable().requestsPerSecond();
            boolean tells =
                    one.instance().isHealthyServing()
                            && one.fresh()
                            && cpu.isPresent()
                            && rate > 0
                            && now.isPast(one.instance().sinceNanos(), policy.in().window());
            if (tells && learners < LEARNERS_MAX) {
                line = line.plus(rate, cpu.getAsDouble());
                learners++;
            }
        }
        return Optional.of(line);
    }
}
