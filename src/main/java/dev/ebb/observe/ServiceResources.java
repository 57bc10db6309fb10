package dev.ebb.observe;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is declared of one service's instances, and how many there may be.
 *
 * @param cpuCores each may use; empty when nobody said
 * @param memoryBytes each may use; empty when nobody said
 * @param concurrency requests in flight that each bears; empty when nobody said
 * @param instancesMax most instances that the service may have
 */
public record ServiceResources(
        OptionalDouble cpuCores,
        OptionalLong memoryBytes,
        OptionalDouble concurrency,
        int instancesMax) {

    public ServiceResources {
        if (instancesMax < 1) {
            throw new IllegalArgumentException("a service has at least one instance");
        }
    }

    /** Nothing declared. */
    public static ServiceResources undeclared(int instancesMax) {
        return new ServiceResources(
                OptionalDouble.empty(), OptionalLong.empty(), OptionalDouble.empty(), instancesMax);
    }
}
