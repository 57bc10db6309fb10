package dev.ebb.core;

import java.util.HashMap;
import java.util.Map;

/**
 * Proof that nothing is on its way to an instance: every data plane has acknowledged a snapshot in
 * which it may not be picked, and a reading taken after that says that nothing is in flight. There
 * is none while requests may be in flight that no reading counts. Pure.
 */
final class Proof {
    private final Observation seen;
    private final Map<InstanceId, InstanceFacts> facts;

    Proof(Observation seen) {
        this.seen = seen;
        this.facts = HashMap.newHashMap(seen.instances().size());
        seen.instances().forEach(f -> facts.put(f.id(), f));
    }

    boolean nothingInFlight(Instance instance) {
        boolean acknowledged =
                instance.parkGeneration() > 0
                        && seen.acknowledgedGeneration() >= instance.parkGeneration();
        InstanceFacts fact = facts.get(instance.id());
        return acknowledged
                && seen.uncounted().isEmpty()
                && fact != null
                && fact.traffic().isPresent()
                && fact.traffic().get().inFlight() == 0
                && fact.traffic().get().measuredAtNanos() >= seen.now().monotonicNanos();
    }
}
