package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.Autoscaler;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Replay;
import dev.ebb.sim.lab.Signals;
import dev.ebb.sim.lab.Trace;
import java.util.Locale;

/** Policies that know what comes: what they cost, nobody who does not know can undercut. */
public final class Clairvoyant {
    private Clairvoyant() {}

    /** The optimum: nothing missed, and nothing that could be cheaper. See {@link Layers}. */
    public static Contender oracle() {
        return Contender.clairvoyant("oracle", Oracle::new);
    }

    /**
     * Knows the load of one start time ahead and holds what it has for as long as a restart costs:
     * the limit of any short forecast.
     */
    public static Contender foresight() {
        return Contender.clairvoyant("foresight", Foresight::new);
    }

    /** As many as the trace's peak needs, always. */
    public static Contender peak() {
        return Contender.clairvoyant("static", Peak::new);
    }

    private static final class Oracle implements Autoscaler {
        private final int[] on;
        private final Highest ahead;
        private int step;

        Oracle(Trace trace, FleetModel model) {
            on = Layers.optimum(new Replay(trace, model), model);
            ahead = new Highest(model.startSteps() + 1);
            for (int i = 0; i < Math.min(model.startSteps(), on.length); i++) {
                ahead.add(on[i]);
            }
        }

        @Override
        public int decide(Signals signals) {
            step = signals.index();
            int furthest = step + ahead.width() - 1;
            return ahead.add(furthest < on.length ? on[furthest] : 0);
        }

        @Override
        public String reason() {
            return "the load to come needs " + on[step] + " now";
        }
    }

    private static final class Foresight implements Autoscaler {
        private final Replay replay;
        private final FleetModel model;
        private final int ahead;
        private final Highest held;
        private int need;

        Foresight(Trace trace, FleetModel model) {
            this.replay = new Replay(trace, model);
            this.model = model;
            this.ahead = model.startSteps();
            int hold = model.steps(model.start() + model.drain());
            this.held = new Highest(ahead + hold + 1);
            for (int i = 0; i < Math.min(ahead, replay.steps()); i++) {
                held.add(model.need(replay.load(i)));
            }
        }

        @Override
        public int decide(Signals signals) {
            int at = Math.min(signals.index() + ahead, replay.steps() - 1);
            need = model.need(replay.load(at));
            return held.add(need);
        }

        @Override
        public String reason() {
            return String.format(
                    Locale.ROOT,
                    "the load in %.0f s needs %d; the highest need of the last %.0f s counts",
                    ahead * model.step(),
                    need,
                    (held.width() - 1 - ahead) * model.step());
        }
    }

    private static final class Peak implements Autoscaler {
        private final int instances;

        Peak(Trace trace, FleetModel model) {
            instances = model.need(trace.peak());
        }

        @Override
        public int decide(Signals signals) {
            return instances;
        }

        @Override
        public String reason() {
            return "the peak of the whole trace needs " + instances;
        }
    }
}
