package dev.ebb.control;

import dev.ebb.core.Now;
import java.util.List;
import java.util.Optional;

/**
 * Everything that Ebb knows, for people and programs to look at. Immutable.
 *
 * @param frozen whether all scaling is frozen
 * @param alarm what needs a person's attention, for example a journal that cannot be written
 */
public record Status(Now at, boolean frozen, List<ServiceStatus> services, Optional<String> alarm) {
    public Status {
        services = List.copyOf(services);
    }
}
