package dev.ebb.sim.balancer;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One situation.
 *
 * @param instances at the start
 * @param load share of the whole capacity that the arrivals take, at the start
 * @param strength of the odd instances, relative to the even ones
 * @param demand how long requests take
 * @param failing how many instances the faults hit, from the first
 * @param faults what happens to them, and when
 * @param deaf instances do not notice that a client has given up, and do its work all the same
 * @param joining how many cold instances join at {@link #JOIN_SECONDS}
 */
record Scenario(
        String name,
        int instances,
        double load,
        double strength,
        Demand demand,
        int failing,
        List<Timed> faults,
        boolean deaf,
        int joining) {

    static final double MEAN_MILLIS = 10;
    static final double SECONDS = 70;
    static final double FAULT_SECONDS = 30;
    static final double JOIN_SECONDS = 30;

    record Timed(double atSeconds, Fault fault) {}

    /** The distribution of the work in a request; its mean is {@link #MEAN_MILLIS}. */
    enum Demand {
        EXPONENTIAL,
        /** 95 % take a few milliseconds, 5 % take forty times as long. */
        MIXED,
        /** Log-normal, sigma 1.8: the slowest in a thousand take 50 times the mean. */
        HEAVY_TAIL;

        double millis(RandomGenerator random) {
            return switch (this) {
                case EXPONENTIAL -> MEAN_MILLIS * random.nextExponential();
                case MIXED -> {
                    double cheap = MEAN_MILLIS / (0.95 + 0.05 * 40);
                    yield random.nextDouble() < 0.05 ? 40 * cheap : cheap;
                }
                case HEAVY_TAIL -> {
                    double sigma = 1.8;
                    double mu = Math.log(MEAN_MILLIS) - sigma * sigma / 2;
                    yield Math.exp(mu + sigma * random.nextGaussian());
                }
            };
        }
    }

    static Scenario calm(String name, int instances, double load) {
        return new Scenario(name, instances, load, 1, Demand.EXPONENTIAL, 0, List.of(), false, 0);
    }

    Scenario with(Demand other) {
        return new Scenario(name, instances, load, strength, other, failing, faults, deaf, joining);
    }

    Scenario uneven(double times) {
        return new Scenario(name, instances, load, times, demand, failing, faults, deaf, joining);
    }

    Scenario hit(int howMany, Fault fault) {
        return new Scenario(
                name,
                instances,
                load,
                strength,
                demand,
                howMany,
                List.of(
                        new Timed(FAULT_SECONDS, fault),
                        new Timed(FAULT_SECONDS + 20, new Fault.Recovered())),
                deaf,
                joining);
    }

    Scenario joined(int howMany) {
        return new Scenario(
                name, instances, load, strength, demand, failing, faults, deaf, howMany);
    }

    Scenario withDeafInstances() {
        return new Scenario(
                name, instances, load, strength, demand, failing, faults, true, joining);
    }

    /** Twice what the instances can do, all the time. */
    static final Scenario OVERLOAD = calm("twice the load", 5, 2).withDeafInstances();

    /** Requests have keys, some of them hot. */
    static final Scenario KEYED = calm("keys", 10, 0.6);

    static final int KEYS = 2_000;

    /** Each instance stands still now and then, as for a garbage collection. */
    static final Scenario STALLS =
            calm("4 % stall, 20x", 10, 0.4).hit(10, new Fault.Stalls(0.04, 20));

    static List<Scenario> all() {
        return List.of(
                calm("steady, 70 % load", 10, 0.7),
                calm("steady, 92 % load", 10, 0.92),
                calm("steady, 30 % load", 10, 0.3),
                calm("quiet, 2 % load", 10, 0.02),
                calm("50 instances, 70 %", 50, 0.7),
                calm("half are 3x stronger", 10, 0.75).uneven(3),
                calm("mixed requests", 10, 0.7).with(Demand.MIXED),
                calm("heavy tail", 10, 0.7).with(Demand.HEAVY_TAIL),
                calm("one has 10 % CPU", 10, 0.6).hit(1, new Fault.Slow(10)),
                calm("one fails fast", 10, 0.6).hit(1, new Fault.FailsFast(1)),
                calm("one fails 30 % fast", 10, 0.6).hit(1, new Fault.FailsFast(0.3)),
                calm("one killed", 5, 0.6).hit(1, new Fault.Dead()),
                calm("three of five killed", 5, 0.3).hit(3, new Fault.Dead()),
                calm("one frozen", 5, 0.6).hit(1, new Fault.Frozen()),
                calm("cold one joins", 5, 0.7).joined(1),
                calm("five cold join five", 5, 0.9).joined(5));
    }
}
