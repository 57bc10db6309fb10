package dev.ebb.core;

import java.util.Map;

/** Stops what has failed but still runs, once nothing is in flight to it. Pure. */
final class Endings {
    private final Tick tick;

    Endings(Tick tick) {
        this.tick = tick;
    }

    void plan(ServiceState state, Plan plan) {
        for (Instance instance : state.instances()) {
            if (instance.lifecycle() != Lifecycle.FAILED || instance.exited()) {
                continue;
            }
            if (state.journalDown()) {
                plan.hold(Guards.JOURNAL_DOWN);
            } else if (tick.proof().nothingInFlight(instance)) {
                plan.order(
                        new Command.Stop(instance.id(), false),
                        Reason.of("failed", "it failed, and nothing is in flight to it"));
            } else {
                int inFlight = instance.inFlight().orElse(0);
                plan.hold(
                        new Hold(
                                new Reason(
                                        "failed_in_flight",
                                        "%s failed with %d requests in flight"
                                                .formatted(instance.id(), inFlight),
                                        Map.of("in_flight", (double) inFlight)),
                                "the end or time-out of those requests"));
            }
        }
    }
}
