package dev.ebb.sim.lab;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Ebb's sizing by a target of utilization, as a policy without an objective has it: out at once for
 * the load's mean over a short window, in for the highest need of a long one over the stabilization
 * window. Trials and vetoes are not part of it. For one thread.
 */
public final class TargetScaler implements Autoscaler {
    private final Terms terms;
    private final double each;
    private final String what;
    private final double step;
    private final Deque<Double> loads = new ArrayDeque<>();
    private final Deque<Integer> needs = new ArrayDeque<>();
    private int out;
    private int in;

    /**
     * @param target wanted utilization, 0 to 1
     * @param tolerance share by which it may be exceeded
     * @param outWindow seconds over which load is averaged for more
     * @param inWindow seconds over which load is averaged for fewer
     * @param stabilization seconds over which the highest need counts
     */
    public record Terms(
            double target,
            double tolerance,
            double outWindow,
            double inWindow,
            double stabilization) {}

    public TargetScaler(Terms terms, FleetModel model) {
        this(
                terms,
                model,
                terms.target() * model.capacity(),
                String.format(Locale.ROOT, "a target of %.0f %%", 100 * terms.target()));
    }

    /**
     * One that sizes by the load itself.
     *
     * @param each load that one instance is to have, in the trace's unit
     */
    public static TargetScaler byLoad(Terms terms, FleetModel model, double each) {
        return new TargetScaler(
                terms, model, each, String.format(Locale.ROOT, "a load of %.4g for each", each));
    }

    private TargetScaler(Terms terms, FleetModel model, double each, String what) {
        this.terms = terms;
        this.each = each;
        this.what = what;
        this.step = model.step();
    }

    @Override
    public int decide(Signals signals) {
        loads.addFirst(signals.load());
        while (loads.size() * step > Math.max(terms.outWindow(), terms.inWindow()) + step) {
            loads.removeLast();
        }
        out = need(mean(terms.outWindow()), 1 + terms.tolerance());
        needs.addLast(need(mean(terms.inWindow()), 1));
        while (needs.size() * step > terms.stabilization() + step) {
            needs.removeFirst();
        }
        in = needs.stream().mapToInt(Integer::intValue).max().orElse(out);
        int wanted = signals.wanted();
        return out > wanted ? out : Math.min(wanted, Math.max(in, out));
    }

    private int need(double load, double share) {
        return (int) Math.min(Math.ceil(load / (share * each) - 1e-9), 1e6);
    }

    private double mean(double window) {
        long count = Math.max(1, Math.round(window / step));
        return loads.stream().limit(count).mapToDouble(Double::doubleValue).average().orElse(0);
    }

    @Override
    public String reason() {
        return String.format(
                Locale.ROOT,
                "%s asks for %d now; the highest need of the last %.0f s is %d",
                what,
                out,
                terms.stabilization(),
                in);
    }
}
