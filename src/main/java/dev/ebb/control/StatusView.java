package dev.ebb.control;

import dev.ebb.core.Assessed;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.Utilization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A service's state as others see it. Pure. */
final class StatusView {
    private static final Utilization UNKNOWN =
            new Utilization(
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    false,
                    0,
                    0,
                    0,
                    0);

    private StatusView() {}

    static ServiceStatus of(ServiceLoop loop, Now now) {
        Map<InstanceId, Assessed> figures = new HashMap<>();
        loop.assessed().forEach(a -> figures.put(a.instance().id(), a));
        List<InstanceStatus> instances = new ArrayList<>();
        for (Instance instance : loop.state.instances()) {
            instances.add(
                    of(
                            instance,
                            Optional.ofNullable(figures.get(instance.id())),
                            Optional.ofNullable(loop.intents.get(instance.id())),
                            now));
        }
        return new ServiceStatus(
                loop.plan.name(),
                loop.plan.policy(),
                loop.state.frozen(),
                loop.state.ordered(),
                loop.explanation(),
                instances,
                loop.ledger(),
                loop.advice.current());
    }

    private static InstanceStatus of(
            Instance instance, Optional<Assessed> figures, Optional<LaunchIntent> intent, Now now) {
        Utilization recent = figures.map(Assessed::recent).orElse(UNKNOWN);
        return new InstanceStatus(
                instance.id(),
                instance.lifecycle(),
                instance.health(),
                instance.marks(),
                now.nanosSince(instance.sinceNanos()),
                intent.map(i -> i.host() + ":" + i.port()).orElse(""),
                boxed(recent.cpu()),
                boxed(recent.memory()),
                boxed(recent.concurrency()),
                figures.map(Assessed::dataAgeNanos).orElse(Long.MAX_VALUE),
                instance.inFlight().orElse(0),
                recent.requestsPerSecond(),
                recent.failureShare(),
                recent.latencyMeanNanos() / 1e6);
    }

    private static Optional<Double> boxed(OptionalDouble value) {
        return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }
}
