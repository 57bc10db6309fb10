package dev.ebb.sim;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.StrategyKind;
import dev.ebb.control.ServicePlan;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import dev.ebb.sim.Scenario.Ending;
import dev.ebb.sim.Scenario.Part;
import dev.ebb.sim.Scenario.Weather;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Draws a {@link Scenario} from a seed. Pure. */
final class Scenarios {
    private static final double LONGEST_SECONDS = 900;

    /** Without hashing, which needs keys; and so the seeds of old still mean what they meant. */
    private static final List<StrategyKind> STRATEGIES =
            List.of(
                    StrategyKind.RANDOM,
                    StrategyKind.WEIGHTED,
                    StrategyKind.LEAST_RESPONSE_TIME,
                    StrategyKind.LEAST_REQUESTS);

    private final SplittableRandom random;

    /** For what was added later, so that the seeds of old still mean what they meant. */
    private final SplittableRandom aside;

    private final Events events;
    private final Asked asked;
    private final Wishes wishes;

    private Scenarios(long seed) {
        random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1);
        aside = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 2);
        events = new Events(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 3));
        asked = new Asked(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 4));
        wishes = new Wishes(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 5));
    }

    static Scenario of(long seed) {
        return new Scenarios(seed).draw(seed);
    }

    private Scenario draw(long seed) {
        double kind = random.nextDouble();
        Weather weather = kind < 0.25 ? Weather.STEADY : kind < 0.4 ? Weather.CALM : Weather.STORM;
        double seconds = between(weather == Weather.STEADY ? 600 : 300, LONGEST_SECONDS);
        int count = chance(0.2) ? 2 : 1;
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(part(new ServiceName(i == 0 ? "web" : "api"), weather, seconds));
        }
        List<Fault> faults = weather == Weather.STORM ? faults(seconds) : List.of();
        double slowSteps = weather == Weather.STORM && chance(0.3) ? 0.03 : 0;
        Ending ending =
                chance(0.7)
                        ? Ending.CUT_OFF
                        : chance(0.6) ? Ending.SHUTDOWN : Ending.SHUTDOWN_KEEPING;
        int loops = 1 + random.nextInt(4);
        parts.replaceAll(part -> aside.nextInt(12) == 0 ? recommending(part) : part);
        if (weather != Weather.STEADY) {
            parts.replaceAll(part -> with(part, events.with(part.plan().policy(), seconds)));
            parts.replaceAll(part -> events.fromNone(part, seconds));
            Part last = parts.getLast();
            if (parts.size() > 1) {
                Policy called = events.called(last.plan().policy(), parts.getFirst().plan().name());
                parts.set(parts.size() - 1, with(last, called));
            }
        }
        if (weather == Weather.STORM && Asked.concerns(seed)) {
            parts.replaceAll(asked::with);
            faults = asked.withSilences(faults, parts, seconds);
        }
        boolean approves =
                parts.stream().anyMatch(p -> p.plan().policy().mode() == Policy.Mode.RECOMMEND);
        List<Fault> all = approves ? withApprovals(faults, seconds) : faults;
        return new Scenario(seed, weather, seconds, parts, all, loops, slowSteps, ending);
    }

    private static Part recommending(Part part) {
        return with(part, part.plan().policy().withMode(Policy.Mode.RECOMMEND));
    }

    private static Part with(Part part, Policy policy) {
        ServicePlan plan = part.plan();
        return new Part(
                part.model(),
                new ServicePlan(plan.name(), policy, plan.balance()),
                part.constantFrom());
    }

    /** A person who looks now and then, and approves what is there. */
    private List<Fault> withApprovals(List<Fault> faults, double seconds) {
        List<Fault> all = new ArrayList<>(faults);
        double at = 30;
        while (at < seconds - 30) {
            all.add(
                    new Fault(
                            Fault.Kind.ORDER_APPROVE,
                            at,
                            0,
                            aside.nextInt(1000),
                            aside.nextDouble()));
            at += 10 + 60 * aside.nextDouble();
        }
        all.sort(Comparator.comparingDouble(Fault::atSeconds));
        return all;
    }

    private Part part(ServiceName name, Weather weather, double seconds) {
        Policy policy = withObjective(policy(weather == Weather.STEADY));
        double cores = oneOf(0.5, 1, 2);
        double capacity = between(30, 250);
        double requestSeconds = chance(0.5) ? between(0.01, 0.1) : between(0.1, 0.8);
        double concurrency =
                chance(0.5)
                        ? Math.max(4, Math.ceil(capacity * requestSeconds * between(0.8, 2.5)))
                        : 0;
        double startSeconds = chance(0.7) ? between(0.5, 5) : between(5, 15);
        double constantFrom = weather == Weather.STEADY ? between(0, seconds / 5) : seconds;
        double perInstance = capacity * policy.targets().cpu();
        LoadShape load = load(policy, perInstance, weather, constantFrom, seconds);
        boolean streams = chance(0.2);
        ServiceModel model =
                new ServiceModel(
                        name,
                        cores,
                        cores / capacity,
                        requestSeconds,
                        concurrency,
                        startSeconds,
                        chance(0.5) ? between(1, 15) : 0,
                        load,
                        streams ? between(0.0005, 0.01) : 0,
                        between(10, 90),
                        chance(0.8));
        Policy wished = wishes.with(policy, requestSeconds);
        return new Part(model, new ServicePlan(name, wished, balance()), constantFrom);
    }

    private LoadShape load(
            Policy policy, double perInstance, Weather weather, double from, double seconds) {
        double top = policy.range().max() * perInstance;
        double level = top * between(0.05, 0.9);
        if (weather == Weather.STEADY) {
            double before = top * between(0.05, 0.9);
            return new LoadShape.Steps(
                    List.of(new LoadShape.Level(0, before), new LoadShape.Level(from, level)));
        }
        LoadShape shape =
                switch (random.nextInt(6)) {
                    case 0 -> new LoadShape.Constant(level);
                    case 1 -> steps(top, seconds);
                    case 2 -> {
                        double start = between(0, seconds / 2);
                        double end = start + between(20, seconds / 2);
                        yield new LoadShape.Ramp(start, end, level, top * between(0, 1));
                    }
                    case 3 ->
                            new LoadShape.Sine(
                                    level, level * between(0.2, 0.9), between(60, seconds));
                    case 4 ->
                            new LoadShape.Crowd(
                                    new LoadShape.Constant(level),
                                    between(60, seconds - 60),
                                    between(10, 120),
                                    chance(0.5) ? between(1.5, 5) : between(0.1, 0.6));
                    default ->
                            new LoadShape.Silence(
                                    new LoadShape.Constant(level),
                                    between(30, seconds - 60),
                                    between(10, 180));
                };
        return chance(0.3)
                ? new LoadShape.Noise(shape, between(0.05, 0.4), random.nextInt(1_000_000))
                : shape;
    }

    private LoadShape steps(double top, double seconds) {
        List<LoadShape.Level> levels = new ArrayList<>();
        double at = 0;
        while (at < seconds) {
            levels.add(new LoadShape.Level(at, chance(0.1) ? 0 : top * between(0.05, 0.95)));
            at += between(30, seconds / 2);
        }
        return new LoadShape.Steps(levels);
    }

    /**
     * @param quick so that a fleet comes to its right size within the run
     */
    private Policy policy(boolean quick) {
        int min = 1 + random.nextInt(3);
        int more = chance(0.08) ? 10 + random.nextInt(20) : 1 + random.nextInt(8);
        int max = min + (quick ? 1 + more % 5 : more);
        double cpu = between(0.4, 0.8);
        double shortest = between(5, 20);
        Policy.In in =
                new Policy.In(
                        seconds(10, 30),
                        seconds(15, quick ? 45 : 120),
                        chance(0.5) ? 0.5 : Math.min(0.9, cpu),
                        chance(0.7) ? 0.95 : between(0.6, 1),
                        seconds(5, 15),
                        between(0.1, 0.5),
                        0.92);
        Policy.AtDeadline then =
                chance(0.1)
                        ? Policy.AtDeadline.CUT
                        : chance(0.3) ? Policy.AtDeadline.HOLD : Policy.AtDeadline.RESCUE;
        Policy.Start start =
                new Policy.Start(
                        seconds(30, 60),
                        seconds(1, 2),
                        seconds(15, 60),
                        3 + random.nextInt(3),
                        seconds(60, 120),
                        seconds(10, 40));
        return new Policy(
                chance(0.03) ? Policy.Mode.OBSERVE : Policy.Mode.AUTOMATIC,
                new Policy.Range(min, max, min + random.nextInt(max - min + 1)),
                new Policy.Targets(cpu, between(0.5, 0.8), 0.9, between(0.85, 0.95)),
                new Policy.Out(seconds(3, 10), between(0.05, 0.15)),
                in,
                new Policy.Trial(
                        duration(shortest),
                        duration(shortest + between(10, quick ? 30 : 60)),
                        oneOf(0.01, 0.05)),
                new Policy.Drain(seconds(20, 90), then, seconds(3, 10)),
                start,
                Optional.empty());
    }

    /** A quarter sizes by risk; its targets then say what an instance can bear. */
    private Policy withObjective(Policy policy) {
        if (aside.nextInt(4) > 0) {
            return policy;
        }
        Policy.In in = policy.in();
        double bearable = Math.max(policy.targets().cpu(), policy.targets().concurrency());
        return new Policy(
                policy.mode(),
                policy.range(),
                policy.targets(),
                policy.out(),
                new Policy.In(
                        in.window(),
                        in.stabilization(),
                        bearable,
                        in.coverage(),
                        in.freshness(),
                        in.unavailabilityBudget(),
                        in.hostBusy()),
                policy.trial(),
                policy.drain(),
                policy.start(),
                Optional.of(new Policy.Objective(Math.exp(4 * aside.nextDouble() - 2))));
    }

    private BalancePolicy balance() {
        CheckPolicy check =
                new CheckPolicy(
                        Optional.empty(),
                        seconds(1, 3),
                        Duration.ofSeconds(1),
                        0.1,
                        1 + random.nextInt(3),
                        1 + random.nextInt(4));
        return new BalancePolicy(
                STRATEGIES.get(random.nextInt(STRATEGIES.size())),
                chance(0.3) ? Duration.ZERO : seconds(3, 15),
                check,
                EjectionPolicy.DEFAULT,
                RetryPolicy.DEFAULT);
    }

    private List<Fault> faults(double seconds) {
        List<Fault> faults = new ArrayList<>();
        int count = 1 + random.nextInt(8);
        // A few kinds a run, so that each meets itself and the others in many combinations.
        List<Fault.Kind> kinds = new ArrayList<>(List.of(Fault.Kind.values()));
        kinds.remove(Fault.Kind.ORDER_APPROVE);
        kinds.remove(Fault.Kind.QUERIES_FAIL);
        kinds.remove(Fault.Kind.PODS_TOUCHED);
        kinds.remove(Fault.Kind.POD_EVICTED);
        kinds.remove(Fault.Kind.SCALED_BY_OTHERS);
        List<Fault.Kind> chosen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            chosen.add(kinds.get(random.nextInt(kinds.size())));
        }
        for (int i = 0; i < count; i++) {
            double lasts = chance(0.7) ? between(2, 40) : between(40, 150);
            faults.add(
                    new Fault(
                            chosen.get(random.nextInt(chosen.size())),
                            between(5, seconds - 30),
                            lasts,
                            random.nextInt(1000),
                            random.nextDouble()));
        }
        faults.sort(Comparator.comparingDouble(Fault::atSeconds));
        return faults;
    }

    private boolean chance(double share) {
        return random.nextDouble() < share;
    }

    private double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    private double oneOf(double... values) {
        return values[random.nextInt(values.length)];
    }

    private Duration seconds(double low, double high) {
        return duration(between(low, high));
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
