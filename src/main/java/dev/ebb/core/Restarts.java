package dev.ebb.core;

/**
 * Restarts that an operator ordered: first the stand-in ({@link Capacity} starts it, for the place
 * is vacant), then the old one leaves, once as many others serve as should. Pure.
 */
final class Restarts {
    private final Tick tick;

    Restarts(Tick tick) {
        this.tick = tick;
    }

    void plan(ServiceState state, Plan plan) {
        int spare = state.count(Instance::isHealthyServing) - state.due(tick.policy());
        for (Instance old : state.instances()) {
            if (!old.is(Mark.RETIRING) || old.lifecycle() != Lifecycle.SERVING) {
                continue;
            }
            boolean carries = old.isHealthyServing();
            if (carries ? spare <= 0 : spare < 0) {
                plan.hold(
                        new Hold(
                                Reason.of(
                                        "restart",
                                        "%s leaves when its stand-in serves".formatted(old.id())),
                                "its stand-in serving, or ebb rescue " + old.id()));
            } else if (state.journalDown()) {
                plan.hold(Guards.JOURNAL_DOWN);
            } else {
                spare -= carries ? 1 : 0;
                plan.order(
                        new Command.Park(old.id()),
                        Reason.of("restart", "an operator ordered the restart of " + old.id()));
            }
        }
    }
}
