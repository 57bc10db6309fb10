package dev.ebb.observe;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A limit on CPU and memory; empty where there is none. */
record Quota(OptionalDouble cpuCores, OptionalLong memoryBytes) {
    static final Quota NONE = new Quota(OptionalDouble.empty(), OptionalLong.empty());

    /** The tighter of both, for each resource. */
    Quota min(Quota other) {
        return new Quota(
                cpuCores.isPresent() && other.cpuCores.isPresent()
                        ? OptionalDouble.of(
                                Math.min(cpuCores.getAsDouble(), other.cpuCores.getAsDouble()))
                        : cpuCores.isPresent() ? cpuCores : other.cpuCores,
                memoryBytes.isPresent() && other.memoryBytes.isPresent()
                        ? OptionalLong.of(
                                Math.min(memoryBytes.getAsLong(), other.memoryBytes.getAsLong()))
                        : memoryBytes.isPresent() ? memoryBytes : other.memoryBytes);
    }
}
