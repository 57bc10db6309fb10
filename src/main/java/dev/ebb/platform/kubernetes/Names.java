package dev.ebb.platform.kubernetes;

import dev.ebb.core.ServiceName;
import java.util.function.Predicate;

/** By which name control knows a ServiceScale: its own where that can be. Pure. */
final class Names {
    private Names() {}

    /**
     * One that is unique: several namespaces may have one of the same name.
     *
     * @param taken by others at work
     */
    static ServiceName of(ScaleSpec spec, Predicate<ServiceName> taken) {
        if (ServiceName.isValid(spec.name()) && !taken.test(new ServiceName(spec.name()))) {
            return new ServiceName(spec.name());
        }
        String plain = spec.name().replaceAll("[^a-z0-9]", "-").replaceAll("^[^a-z]+", "s");
        String start = plain.isEmpty() ? "s" : plain.substring(0, Math.min(28, plain.length()));
        return new ServiceName("%s-%08x".formatted(start, spec.words().hashCode()));
    }
}
