package dev.ebb.sim.lab;

import dev.ebb.core.Now;
import dev.ebb.core.forecast.Outlook;
import dev.ebb.core.forecast.Plan;
import dev.ebb.core.forecast.Terms;
import dev.ebb.core.objective.Goals;
import java.util.Optional;

/**
 * Ebb's own sizing in the lab: the very code that decides live, fed with the model's signals. For
 * one thread.
 */
public final class EbbScaler implements Autoscaler {

    /** What Ebb may look at. */
    public enum Sight {
        /** The load that its own gateway sees, in the newest step. */
        OFFERED_LOAD,
        /** Only what HPA sees: utilization through a metrics pipeline, capped, late and rarely. */
        PIPELINE
    }

    /** HPA's period in seconds, for a fair comparison by its signal. */
    private static final double PIPELINE_PERIOD = 15;

    /** A utilization that says "at least". */
    private static final double SATURATED = 0.99;

    /** What a saturated fleet is taken to be asked for: as HPA with a target of 70 % would. */
    private static final double BEYOND = 1 / 0.7;

    private static final Goals NO_GOALS = new Goals(Optional.empty(), Optional.empty(), 1);

    private final Sight sight;
    private final double capacity;
    private final Optional<GoalWatch> watch;
    private Outlook outlook;
    private double nextLook;

    private EbbScaler(FleetModel model, double caution, Goals goals, Sight sight) {
        this.sight = sight;
        this.watch =
                goals.any() ? Optional.of(new GoalWatch(goals, model.step())) : Optional.empty();
        this.capacity = model.capacity();
        double delay =
                switch (sight) {
                    case OFFERED_LOAD -> model.step() + model.signals().load();
                    case PIPELINE ->
                            model.signals().utilization()
                                    + model.signals().window() / 2
                                    + PIPELINE_PERIOD;
                };
        this.outlook =
                Outlook.fresh(
                        new Terms(
                                model.start(),
                                model.drain(),
                                delay,
                                model.missAbove(),
                                model.min(),
                                model.max(),
                                caution));
    }

    /**
     * @param caution see {@link Terms}
     */
    public static Contender contender(String name, double caution, Sight sight) {
        return Contender.reactive(name, model -> new EbbScaler(model, caution, NO_GOALS, sight));
    }

    /**
     * One that finds the utilization that keeps these goals, instead of the model's.
     *
     * @param caution see {@link Terms}
     */
    public static Contender contender(String name, double caution, Goals goals, Sight sight) {
        return Contender.reactive(name, model -> new EbbScaler(model, caution, goals, sight));
    }

    @Override
    public int decide(Signals signals) {
        if (sight == Sight.PIPELINE && signals.now() < nextLook) {
            return signals.wanted();
        }
        nextLook = signals.now() + PIPELINE_PERIOD - 1e-6;
        long millis = Math.round(signals.now() * 1000);
        var now = new Now(millis * 1_000_000, millis);
        if (watch.isPresent()) {
            double usable = watch.get().usable(now, signals.answers());
            outlook = outlook.under(outlook.terms().withUsable(usable));
        }
        outlook = outlook.after(now, demand(signals));
        int have = signals.wanted();
        return outlook.plan()
                .map(p -> Math.max(p.startsUpTo(), Math.min(have, p.wanted())))
                .orElse(have);
    }

    private double demand(Signals signals) {
        if (sight == Sight.OFFERED_LOAD) {
            return signals.load() / capacity;
        }
        double busy = signals.busy();
        return signals.utilization() > SATURATED ? busy * BEYOND : busy;
    }

    @Override
    public String reason() {
        String plan = outlook.plan().map(Plan::text).orElse("nothing was seen yet");
        return watch.map(w -> w.text() + "; " + plan).orElse(plan);
    }
}
