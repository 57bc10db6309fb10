package dev.ebb.config;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a ServiceScale takes over from another autoscaler's manifest; what is not here has the
 * ServiceScale's own default. Immutable.
 *
 * @param from the kind that it was
 * @param place where that begins
 * @param name of the manifest, or of its target when it has none
 * @param min fewest pods, at least 1
 * @param max most pods, at least {@code min}
 * @param cpuPercent wanted use of the requested CPU, 1 to 200; empty when nothing was said of CPU
 * @param stabilizationSeconds for scaling in
 */
public record ConvertedScale(
        String from,
        Place place,
        Optional<String> namespace,
        String name,
        Target target,
        int min,
        int max,
        OptionalInt cpuPercent,
        OptionalInt stabilizationSeconds) {

    /** What is scaled. */
    public record Target(String apiVersion, String kind, String name) {}
}
