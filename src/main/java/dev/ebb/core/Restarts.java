package dev.ebb.core;

import java.util.Optional;

/** Restarts that an operator ordered: first the stand-in, then the old one leaves. Pure. */
final class Restarts {
    private final Tick tick;

    Restarts(Tick tick) {
        this.tick = tick;
    }

    ServiceState plan(ServiceState state, Plan plan) {
        for (Instance old : state.instances()) {
            if (old.is(Mark.RETIRING) && old.lifecycle() == Lifecycle.SERVING) {
                plan(state, old, plan);
            }
        }
        return state;
    }

    private void plan(ServiceState state, Instance old, Plan plan) {
        Optional<Instance> standIn =
                state.instances().stream()
                        .filter(i -> i.replaces().equals(Optional.of(old.id())))
                        .filter(i -> i.lifecycle() != Lifecycle.FAILED)
                        .findFirst();
        Reason reason = Reason.of("restart", "an operator ordered the restart of " + old.id());
        boolean starting =
                plan.commands.stream().anyMatch(p -> p.command() instanceof Command.Start);
        boolean looping =
                state.failures().nextStartIn(tick.policy().start(), tick.now()).isPositive();
        if (standIn.isEmpty()) {
            if (!starting && !looping) {
                InstanceId id = new InstanceId(state.name(), state.nextOrdinal());
                plan.order(new Command.Start(id, Optional.of(old.id())), reason);
            }
        } else if (standIn.get().isHealthyServing() && !state.journalDown()) {
            plan.order(new Command.Park(old.id()), reason);
        }
    }
}
