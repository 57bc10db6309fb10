package dev.ebb.core;

import java.util.OptionalDouble;

/**
 * What one instance may use. Utilization is used / allowed.
 *
 * @param cpuCores CPU, in cores; above 0
 * @param cpuSource where that figure comes from
 * @param memoryBytes memory; above 0
 * @param memorySource where that figure comes from
 * @param concurrency requests in flight that it is declared to bear; empty when nobody said
 */
public record Allowance(
        double cpuCores,
        Source cpuSource,
        long memoryBytes,
        Source memorySource,
        OptionalDouble concurrency) {

    /** In order of trust. */
    public enum Source {
        /** Written in the configuration. */
        DECLARED,
        /** A control group's limit. */
        QUOTA,
        /** The host's resources divided by the instances that may share it. */
        FAIR_SHARE
    }

    public Allowance {
        if (!(cpuCores > 0) || memoryBytes <= 0) {
            throw new IllegalArgumentException("an allowance is above 0");
        }
    }
}
