package dev.ebb.demo;

import dev.ebb.control.InstanceStatus;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Health;
import dev.ebb.core.Lifecycle;
import dev.ebb.demo.view.Scene;
import java.util.List;
import java.util.OptionalDouble;

/** What a view shows of a service's instances. Pure. */
public final class Rows {
    private Rows() {}

    public static List<Scene.Row> of(ServiceStatus service) {
        double all =
                service.instances().stream().mapToDouble(InstanceStatus::requestsPerSecond).sum();
        return service.instances().stream().map(instance -> row(instance, all)).toList();
    }

    private static Scene.Row row(InstanceStatus instance, double all) {
        double rate = instance.requestsPerSecond();
        return new Scene.Row(
                instance.id(),
                instance.lifecycle(),
                health(instance),
                instance.cpu().map(OptionalDouble::of).orElseGet(OptionalDouble::empty),
                instance.inFlight(),
                rate,
                all <= 0 ? 0 : rate / all);
    }

    /** Checks that began before it was ready say nothing yet. */
    private static Health health(InstanceStatus instance) {
        boolean early = instance.lifecycle() == Lifecycle.STARTING;
        return early ? Health.UNKNOWN : instance.health();
    }
}
