package dev.ebb.sim.lab;

import java.util.List;
import java.util.function.DoubleFunction;

/**
 * A policy with one knob: its default, and how it is at other settings.
 *
 * @param standard one setting for all traces
 * @param knobs settings of its frontier, as reports show them
 * @param at the policy at one of those
 */
public record Family(Contender standard, List<Double> knobs, DoubleFunction<Contender> at) {
    public Family {
        knobs = List.copyOf(knobs);
    }

    public String name() {
        return standard.name();
    }
}
