package dev.ebb.sim.lab;

import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A policy by name, ready to be opened for a run. Most see the model only; a clairvoyant one gets
 * the trace beforehand, and no policy that could run live can be written as one by mistake.
 * Immutable, and safe for use by several threads when its functions are.
 */
public sealed interface Contender {

    /** As reports and {@code --against} call it. */
    String name();

    /** A fresh start, for one run. */
    Autoscaler open(Trace trace, FleetModel model);

    /** A policy that learns of the load when it has come. */
    static Contender reactive(String name, Function<FleetModel, Autoscaler> opening) {
        return new Reactive(name, opening);
    }

    /** A policy that knows the whole trace: a measure of what was possible. */
    static Contender clairvoyant(String name, BiFunction<Trace, FleetModel, Autoscaler> opening) {
        return new Clairvoyant(name, opening);
    }

    /** A policy with another one around it; as reactive or clairvoyant as it is. */
    static Contender over(Contender inner, BiFunction<Autoscaler, FleetModel, Autoscaler> around) {
        return switch (inner) {
            case Reactive reactive ->
                    reactive(
                            reactive.name(),
                            model -> around.apply(reactive.opening().apply(model), model));
            case Clairvoyant knowing ->
                    clairvoyant(
                            knowing.name(),
                            (trace, model) -> around.apply(knowing.open(trace, model), model));
        };
    }

    /** See {@link #reactive}. */
    record Reactive(String name, Function<FleetModel, Autoscaler> opening) implements Contender {
        @Override
        public Autoscaler open(Trace trace, FleetModel model) {
            return opening.apply(model);
        }
    }

    /** See {@link #clairvoyant}. */
    record Clairvoyant(String name, BiFunction<Trace, FleetModel, Autoscaler> opening)
            implements Contender {
        @Override
        public Autoscaler open(Trace trace, FleetModel model) {
            return opening.apply(trace, model);
        }
    }
}
