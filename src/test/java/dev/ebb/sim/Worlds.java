package dev.ebb.sim;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.control.ServicePlan;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import dev.ebb.sim.Scenario.Ending;
import dev.ebb.sim.Scenario.Part;
import dev.ebb.sim.Scenario.Weather;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Scenarios made by hand. A fleet of six for a load that needs six until 90 s, and two or three
 * from then on: there is something to park, to stop, and to get wrong.
 */
final class Worlds {
    static final ServiceName WEB = new ServiceName("web");
    static final double CAPACITY = 100;
    static final double SECONDS = 1000;

    private Worlds() {}

    static Policy policy() {
        return new Policy(
                Policy.Mode.AUTOMATIC,
                new Policy.Range(2, 8, 6),
                Policy.Targets.DEFAULT,
                Policy.Out.DEFAULT,
                new Policy.In(
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(30),
                        0.5,
                        0.95,
                        Duration.ofSeconds(10),
                        0.25,
                        0.92),
                new Policy.Trial(Duration.ofSeconds(10), Duration.ofSeconds(40), 0.01),
                new Policy.Drain(
                        Duration.ofSeconds(40), Policy.AtDeadline.RESCUE, Duration.ofSeconds(5)),
                Policy.Start.DEFAULT,
                Optional.empty());
    }

    static Policy drainingUntil(Policy.AtDeadline then) {
        Policy base = policy();
        return new Policy(
                base.mode(),
                base.range(),
                base.targets(),
                base.out(),
                base.in(),
                base.trial(),
                new Policy.Drain(Duration.ofSeconds(40), then, Duration.ofSeconds(5)),
                base.start(),
                base.objective());
    }

    /** From a load for six instances to one for two. */
    static LoadShape falling() {
        return new LoadShape.Steps(
                List.of(
                        new LoadShape.Level(0, 6 * CAPACITY * 0.55),
                        new LoadShape.Level(90, CAPACITY * 1.1)));
    }

    static Scenario calm() {
        return of(policy(), falling(), List.of());
    }

    static Scenario with(Fault... faults) {
        return of(policy(), falling(), List.of(faults));
    }

    static Scenario of(Policy policy, LoadShape load, List<Fault> faults) {
        ServiceModel model =
                new ServiceModel(WEB, 1, 1 / CAPACITY, 0.2, 0, 2, 0, load, 0, 10, true);
        Part part = new Part(model, new ServicePlan(WEB, policy, BalancePolicy.DEFAULT), 90);
        Weather weather = faults.isEmpty() ? Weather.STEADY : Weather.STORM;
        return new Scenario(7, weather, SECONDS, List.of(part), faults, 3, 0, Ending.CUT_OFF);
    }

    static Fault fault(Fault.Kind kind, double atSeconds, double seconds) {
        return new Fault(kind, atSeconds, seconds, 0, 0.6);
    }
}
