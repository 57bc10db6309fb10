package dev.ebb.core;

import dev.ebb.core.forecast.Outlook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Step 2: each resource that requests drive asks for a number of instances, demand / (target x
 * allowance); the largest wins. Quick out: the short window, with a tolerance. Patient in: the
 * highest need over the stabilization window. Pure.
 *
 * <p>An instance without fresh data counts as fully used when capacity might be removed, and as
 * just at its target when capacity might be added: missing data neither scales in nor out. A
 * newcomer's load still stands in the window of those that it has taken it over from.
 */
final class Sizer {
    /** How far beyond the concurrency that was seen to work a removal may go. */
    private static final double EXPLORE = 2;

    private static final Set<String> NOT_LOAD = Set.of("ordered", Calendar.SOURCE, Callers.SOURCE);

    private final Policy policy;
    private final Now now;
    private final Observation seen;
    private final List<Assessed> instances;
    private final int rotating;
    private final Duration recent;
    private final double cpuOut;
    private final double cpuIn;
    private final double inFlightOut;
    private final double inFlightIn;
    private final double meanAllowed;
    private final OptionalDouble declaredConcurrency;

    /** Sums up the load: the one part that costs in a fleet of thousands. */
    Sizer(Policy policy, Assessment assessment, Observation seen) {
        this.now = seen.now();
        this.seen = seen;
        this.policy = policy;
        this.instances = assessment.instances();
        this.rotating = assessment.state().count(i -> i.lifecycle().inRotation());
        this.recent = policy.out().window();
        long recentNanos = recent.toNanos();
        long stableNanos = policy.in().window().toNanos();
        long recentSpan = commonSpan(recentNanos);
        long stableSpan = commonSpan(stableNanos);
        this.cpuOut = cpuDemand(Assessed::recent, recentNanos, recentSpan, policy.targets().cpu());
        this.cpuIn = cpuDemand(Assessed::stable, stableNanos, stableSpan, 1);
        this.inFlightOut = inFlight(Assessed::recent, recentNanos, recentSpan);
        this.inFlightIn = inFlight(Assessed::stable, stableNanos, stableSpan);
        this.meanAllowed = meanAllowed(instances);
        this.declaredConcurrency = declaredConcurrency(instances);
    }

    Sizing size(ServiceState state, int highestNeed) {
        List<Need> needs = new ArrayList<>();
        needs.add(cpu());
        declaredConcurrency.ifPresent(each -> needs.add(concurrency(each)));
        learnedConcurrency(state).ifPresent(needs::add);
        queue(state).ifPresent(needs::add);
        byRate().need(state.load()).ifPresent(needs::add);
        needs.addAll(forecast(state.load().forecasts(), state.standing()));
        needs.addAll(new QueryNeeds(policy, seen).needs(rotating));
        int byGoals = outNeed(Math.max(byCpu(cpuOut), byConcurrency(inFlightOut)));
        int goalsIn = ceil(Math.max(byCpu(cpuIn), byConcurrency(inFlightIn)));
        GoalNeed.of(policy, state.load(), byGoals, goalsIn).ifPresent(needs::add);
        needs.addAll(Idleness.needs(policy, seen));
        needs.add(floor());
        needs.addAll(new Calendar(policy, state, now).needs());
        needs.addAll(Callers.needs(policy, state, seen.peers()));
        int out = needs.stream().mapToInt(Need::out).max().orElse(1);
        int in = Math.max(highestNeed, needs.stream().mapToInt(Need::in).max().orElse(1));
        out = Math.clamp(out, policy.range().min(), policy.range().max());
        in = Math.clamp(Math.max(in, out), policy.range().min(), policy.range().max());
        if (state.ordered().isPresent()) {
            int ordered = state.ordered().getAsInt();
            needs.add(ordered(ordered));
            out = ordered;
            in = ordered;
        }
        int least = Math.max(strict(), unsteady(state.load().fallsSoFar()));
        int strict = Math.clamp(least, policy.range().min(), policy.range().max());
        return new Sizing(out, in, strict, List.copyOf(needs), cpuIn, inFlightIn);
    }

    /** The need to be remembered: what the load asks for now, before any patience. */
    static int present(List<Need> needs) {
        return needs.stream()
                .filter(n -> !NOT_LOAD.contains(n.source()))
                .mapToInt(n -> Math.max(n.out(), n.in()))
                .max()
                .orElse(1);
    }

    private int strict() {
        return ceil(Math.max(byCpu(cpuOut), byConcurrency(inFlightOut)));
    }

    private double byCpu(double cores) {
        return cores / (policy.targets().cpu() * meanAllowed);
    }

    private double byConcurrency(double inFlight) {
        OptionalDouble each = declaredConcurrency;
        return each.isEmpty()
                ? 0
                : inFlight / (policy.targets().concurrency() * each.getAsDouble());
    }

    /**
     * How many the load hardly ever asks for more of, being as unsteady as it lately was: what
     * noise would start again right after a stop must not be stopped.
     */
    private int unsteady(FallMemory lately) {
        List<LoadPoint> windows = lately.points().points();
        double tolerated = 1 + policy.out().tolerance();
        double cores = unsteady(cpuIn, windows, LoadPoint::cpuCores);
        int byCpu = ceil(cores / (policy.targets().cpu() * meanAllowed * tolerated));
        OptionalDouble each = declaredConcurrency;
        if (each.isEmpty()) {
            return byCpu;
        }
        double flights = unsteady(inFlightIn, windows, LoadPoint::inFlight);
        double target = policy.targets().concurrency() * each.getAsDouble();
        return Math.max(byCpu, ceil(flights / (target * tolerated)));
    }

    private double unsteady(
            double stable, List<LoadPoint> windows, ToDoubleFunction<LoadPoint> load) {
        long since = now.monotonicNanos() - policy.in().stabilization().toNanos();
        return Math.max(stable, Noise.mean(windows, load, since)) + Noise.margin(windows, load);
    }

    private Need cpu() {
        double allowed = meanAllowed;
        double target = policy.targets().cpu();
        int out = outNeed(cpuOut / (target * allowed));
        int in = ceil(cpuIn / (target * allowed));
        return need(
                "cpu",
                out,
                in,
                Text.number(cpuOut)
                        + " of "
                        + Text.number(allowed * Math.max(1, rotating))
                        + " cores in use, target "
                        + Text.percent(target)
                        + ": "
                        + Text.instances(out),
                Map.of("used_cores", cpuOut, "allowed_cores_each", allowed, "target", target));
    }

    /**
     * CPU in use by those that carry the service's load. A warming instance counts as no more than
     * the mean of the warm ones: what its compiler burns is not load.
     */
    private double cpuDemand(
            Function<Assessed, Utilization> window,
            long windowNanos,
            long span,
            double whenMissing) {
        double warm = 0;
        int warmCount = 0;
        for (Assessed one : instances) {
            OptionalDouble cpu = window.apply(one).cpu();
            if (one.instance().lifecycle() == Lifecycle.SERVING && one.fresh()) {
                warm += cpu.orElse(0) * one.allowance().cpuCores();
                warmCount++;
            }
        }
        double cap = warmCount == 0 ? Double.MAX_VALUE : warm / warmCount;
        double sum = 0;
        for (Assessed one : instances) {
            double part = part(one.instance().process(), windowNanos, span);
            sum += cpuOf(one, window.apply(one).cpu(), cap, whenMissing, part);
        }
        return sum;
    }

    private double cpuOf(
            Assessed one, OptionalDouble cpu, double warmMean, double whenMissing, double part) {
        Lifecycle life = one.instance().lifecycle();
        if (!life.inRotation() && !life.canBeRescued()) {
            return 0;
        }
        if (!one.fresh() || cpu.isEmpty()) {
            boolean newcomer = whenMissing < 1 && !now.isPast(one.instance().sinceNanos(), recent);
            return life.inRotation() && !newcomer ? whenMissing * one.allowance().cpuCores() : 0;
        }
        double used = cpu.getAsDouble() * one.allowance().cpuCores() * part;
        return life == Lifecycle.WARMING ? Math.min(used, warmMean) : used;
    }

    private static double meanAllowed(List<Assessed> instances) {
        return instances.stream()
                .filter(a -> a.instance().lifecycle().inRotation())
                .mapToDouble(a -> a.allowance().cpuCores())
                .average()
                .orElseGet(() ->
                        instances.stream()
                                .mapToDouble(a -> a.allowance().cpuCores())
                                .average()
                                .orElse(1));
    }

    private static OptionalDouble declaredConcurrency(List<Assessed> instances) {
        return instances.stream()
                .map(a -> a.allowance().concurrency())
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .average();
    }

    private Need concurrency(double each) {
        double target = policy.targets().concurrency();
        int out = outNeed(inFlightOut / (target * each));
        return need(
                "concurrency",
                out,
                ceil(inFlightIn / (target * each)),
                Text.number(inFlightOut)
                        + " requests in flight, "
                        + Text.number(each)
                        + " declared for each, target "
                        + Text.percent(target)
                        + ": "
                        + Text.instances(out),
                Map.of("in_flight", inFlightOut, "declared_each", each, "target", target));
    }

    /** Only slows removals down: nobody has said that more would not go well. */
    private Optional<Need> learnedConcurrency(ServiceState state) {
        double each = state.load().learnedConcurrency();
        if (declaredConcurrency.isPresent() || !(each > 0)) {
            return Optional.empty();
        }
        int in = ceil(inFlightIn / Math.max(1, EXPLORE * each));
        return Optional.of(
                need(
                        "learned_concurrency",
                        0,
                        in,
                        Text.number(inFlightIn)
                                + " requests in flight, "
                                + Text.number(each)
                                + " for each have gone well so far",
                        Map.of("in_flight", inFlightIn, "learned_each", each)));
    }

    private Optional<Need> queue(ServiceState state) {
        double finished = 0;
        for (Assessed one : instances) {
            finished += one.instance().carriesLoad() ? one.recent().requestsPerSecond() : 0;
        }
        double rate = finished;
        return state.load()
                .queue()
                .flatMap(memory -> new QueueNeed(policy, memory, rotating, rate).need());
    }

    private RateNeed byRate() {
        return new RateNeed(policy, instances, now, rotating);
    }

    /** What is expected, with the headroom that this is worth; nothing without an objective. */
    private List<Need> forecast(Forecasts forecasts, int standing) {
        if (policy.objective().isEmpty()) {
            return List.of();
        }
        boolean calm = forecasts.isCalmSinceStop(now, policy.in().stabilization());
        int most = calm ? standing : Integer.MAX_VALUE;
        List<Need> needs = new ArrayList<>();
        forecasts
                .cpu()
                .flatMap(Outlook::plan)
                .ifPresent(p -> needs.add(planned("cpu", p, most, standing)));
        forecasts
                .concurrency()
                .flatMap(Outlook::plan)
                .ifPresent(p -> needs.add(planned("concurrency", p, most, standing)));
        return needs;
    }

    /**
     * After a stop it takes more load, not just more doubt, to start again; what carries the
     * present load is never doubted. What is kept because little is known keeps those that there
     * are.
     */
    private static Need planned(
            String of, dev.ebb.core.forecast.Plan plan, int most, int standing) {
        int starts = plan.startsUpTo();
        return need(
                of + "_forecast",
                Math.min(starts, Math.max(plan.need(), most)),
                Math.max(starts, Math.min(plan.wanted(), Math.max(starts, standing))),
                plan.text(),
                Map.of(
                        "demand", plan.demand(),
                        "expected", plan.expected(),
                        "spread", plan.spread(),
                        "risk", plan.risk(),
                        "price", plan.price()));
    }

    /** The forecasts with this moment's demand; as they are where data are missing. */
    Forecasts foresee(Forecasts known, double coverage) {
        Forecasts before = known.withRate(byRate().learned(known.rate()));
        if (policy.objective().isEmpty() || coverage < policy.in().coverage() || rotating == 0) {
            return before;
        }
        double used = cpuOut / meanAllowed;
        Optional<Double> bears = declared().map(each -> inFlightOut / each);
        boolean plausible = isPlausible(used) && isPlausible(bears.orElse(0.0));
        return plausible ? before.after(now, policy, used, bears) : before;
    }

    /** More than twice what the largest fleet could use is no load but a wrong reading. */
    private boolean isPlausible(double demand) {
        return demand >= 0 && demand <= 2.0 * Math.max(policy.range().max(), rotating);
    }

    /** How long ago this instance was ordered. */
    Duration sinceBirth(Instance instance) {
        return Duration.ofNanos(Math.max(0, now.nanosSince(instance.bornNanos())));
    }

    private Optional<Double> declared() {
        OptionalDouble each = declaredConcurrency;
        return each.isPresent() ? Optional.of(each.getAsDouble()) : Optional.empty();
    }

    private Need floor() {
        int min = policy.range().min();
        return need("min", min, min, "at least " + min + " wanted", Map.of("min", (double) min));
    }

    private static Need ordered(int replicas) {
        return need(
                "ordered",
                replicas,
                replicas,
                "an operator ordered " + Text.instances(replicas),
                Map.of("ordered", (double) replicas));
    }

    private static Need need(
            String source, int out, int in, String text, Map<String, Double> numbers) {
        return new Need(source, out, in, new Reason("need_" + source, text, numbers));
    }

    private double inFlight(Function<Assessed, Utilization> window, long windowNanos, long span) {
        double sum = 0;
        for (Assessed one : instances) {
            double part = part(one.instance().traffic(), windowNanos, span);
            sum += window.apply(one).inFlight() * part;
        }
        return sum;
    }

    /** What the longest known instance's window covers. */
    private long commonSpan(long windowNanos) {
        long longest = 1;
        for (Assessed one : instances) {
            longest = Math.max(longest, one.instance().process().spanNanos(windowNanos));
        }
        return longest;
    }

    /**
     * Rates of instances that are known for different times must not simply be added: a newcomer
     * has taken over load that still stands in the window of the others.
     */
    private static double part(Series<?> series, long windowNanos, long commonSpan) {
        return Math.min(1, (double) series.spanNanos(windowNanos) / commonSpan);
    }

    private int outNeed(double raw) {
        return outNeed(raw, rotating, policy.out().tolerance());
    }

    /** For a demand in instances: as many as there are, where it is tolerably more. */
    static int outNeed(double raw, int rotating, double tolerance) {
        boolean tolerated = raw <= rotating * (1 + tolerance);
        return tolerated ? Math.min(ceil(raw), Math.max(1, rotating)) : ceil(raw);
    }

    static int ceil(double value) {
        return (int) Math.min(1_000_000, Math.ceil(value - 1e-9));
    }
}
