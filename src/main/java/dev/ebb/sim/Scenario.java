package dev.ebb.sim;

import dev.ebb.control.ServicePlan;
import dev.ebb.core.Policy;
import java.util.List;

/**
 * One run's world, all of it drawn from the seed: services, load, and what goes wrong when. The
 * same seed is the same scenario, in any process.
 */
final class Scenario {
    /** How much goes wrong. */
    enum Weather {
        /** No faults, and from some moment on constant load. */
        STEADY,
        /** No faults, any load. */
        CALM,
        STORM
    }

    /** How the run ends. */
    enum Ending {
        CUT_OFF,
        SHUTDOWN,
        SHUTDOWN_KEEPING
    }

    /**
     * A service in it.
     *
     * @param constantFrom seconds after which its load does not change any more
     */
    record Part(ServiceModel model, ServicePlan plan, double constantFrom) {}

    private final long seed;
    private final Weather weather;
    private final double seconds;
    private final List<Part> parts;
    private final List<Fault> faults;
    private final int loops;
    private final double slowSteps;
    private final Ending ending;
    private int judged;

    Scenario(
            long seed,
            Weather weather,
            double seconds,
            List<Part> parts,
            List<Fault> faults,
            int loops,
            double slowSteps,
            Ending ending) {
        this.seed = seed;
        this.weather = weather;
        this.seconds = seconds;
        this.parts = List.copyOf(parts);
        this.faults = List.copyOf(faults);
        this.loops = loops;
        this.slowSteps = slowSteps;
        this.ending = ending;
    }

    long seed() {
        return seed;
    }

    Weather weather() {
        return weather;
    }

    double seconds() {
        return seconds;
    }

    List<Part> parts() {
        return parts;
    }

    List<Fault> faults() {
        return faults;
    }

    int loops() {
        return loops;
    }

    double slowSteps() {
        return slowSteps;
    }

    Ending ending() {
        return ending;
    }

    boolean isCalm() {
        return weather != Weather.STORM;
    }

    boolean isConstant() {
        return weather == Weather.STEADY;
    }

    /** How long the load of all services has been constant at the end. */
    double constantFor() {
        return seconds - parts.stream().mapToDouble(Part::constantFrom).max().orElse(0);
    }

    /** One more service's size was judged at the end; so that none judged is noticed. */
    void judged() {
        judged++;
    }

    int sizesJudged() {
        return judged;
    }

    /**
     * How long a fleet may take to its right size under constant load. Out: windows, start, warm
     * up. In: the stabilization window once, and two and a half where nearly all load went at once
     * and might come back, then batch by batch a window, a trial and a drain; a batch is at least
     * one instance.
     */
    double settleSeconds(SimService service) {
        Policy policy = service.plan.policy();
        double out = 60 + 4 * (service.model.startSeconds() + service.model.warmSeconds());
        double cycle =
                policy.in().window().toSeconds()
                        + policy.in().stabilization().toSeconds()
                        + policy.trial().longest().toSeconds()
                        + 20;
        double still = policy.in().stabilization().toSeconds();
        double doubt = 2.5 * still;
        int removals = policy.range().max() - policy.range().min();
        return out + still + doubt + cycle * Math.max(1, removals);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(
                "seed %d, %s, %.0f s, %d event loops, %s"
                        .formatted(seed, weather, seconds, loops, ending));
        for (Part part : parts) {
            Policy policy = part.plan().policy();
            text.append("\n  ").append(part.model());
            text.append("\n    ").append(policy);
        }
        for (Fault fault : faults) {
            text.append("\n  %7.1f s %s".formatted(fault.atSeconds(), fault));
        }
        return text.toString();
    }
}
