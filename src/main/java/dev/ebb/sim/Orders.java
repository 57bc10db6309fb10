package dev.ebb.sim;

import dev.ebb.control.InstanceStatus;
import dev.ebb.control.Order;
import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns an ordering fault into the order of a person who reads the status first. Pure. */
final class Orders {
    private Orders() {}

    static Optional<Order> of(Fault fault, Status status) {
        if (status.services().isEmpty()) {
            return Optional.empty();
        }
        ServiceStatus service = status.services().get(fault.pick() % status.services().size());
        List<InstanceStatus> instances = service.instances();
        Optional<InstanceStatus> instance =
                instances.isEmpty()
                        ? Optional.empty()
                        : Optional.of(instances.get(fault.pick() % instances.size()));
        boolean force = fault.amount() > 0.9;
        return switch (fault.kind()) {
            case ORDER_SCALE -> {
                int max = service.policy().range().max();
                int count = 1 + (int) (fault.amount() * 10 * max) % max;
                yield Optional.of(
                        new Order.Scale(
                                service.name(),
                                fault.pick() % 3 == 0 ? OptionalInt.empty() : OptionalInt.of(count),
                                force));
            }
            case ORDER_PARK -> instance.map(it -> new Order.Park(it.id(), force));
            case ORDER_RESCUE -> instance.map(it -> new Order.Rescue(it.id()));
            case ORDER_RESTART -> instance.map(it -> new Order.Restart(it.id()));
            case ORDER_PROTECT ->
                    instance.map(it -> new Order.Protect(it.id(), fault.amount() > 0.2));
            case ORDER_FREEZE ->
                    Optional.of(
                            new Order.Freeze(
                                    fault.pick() % 2 == 0
                                            ? Optional.empty()
                                            : Optional.of(service.name()),
                                    fault.amount() > 0.3));
            case ORDER_APPROVE ->
                    service.recommendation().map(r -> new Order.Approve(service.name(), r.id()));
            default -> Optional.empty();
        };
    }
}
