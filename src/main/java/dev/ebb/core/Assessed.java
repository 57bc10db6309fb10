package dev.ebb.core;

import java.util.Optional;

/**
 * One instance, judged.
 *
 * @param fresh whether its readings are recent and plausible; if not, it counts as fully used and
 *     is never a victim
 * @param dataAgeNanos age of its oldest reading; {@code Long.MAX_VALUE} when one is missing
 * @param recent over the scale-out window
 * @param stable over the scale-in window
 * @param outdated whether it is not as a new instance would be
 * @param zone what it fails with; empty where nobody knows
 */
public record Assessed(
        Instance instance,
        Allowance allowance,
        boolean fresh,
        long dataAgeNanos,
        Utilization recent,
        Utilization stable,
        boolean outdated,
        Optional<String> zone) {}
