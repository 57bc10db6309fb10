package dev.ebb.sim.lab;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * Puts values with times onto regular steps. The step is the most usual distance (the median); a
 * value may be off its place by a quarter of a step, and steps without one are gaps.
 *
 * @param source for messages
 * @param times seconds, each after the one before
 * @param values load; NaN for a gap
 * @param size how many of both count
 * @param places where each stands, for messages
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never shared
record Grid(
        TraceSource source, double[] times, double[] values, int size, IntFunction<String> places) {
    /** Steps that a trace may have: a year of seconds and more. */
    static final int LIMIT = 50_000_000;

    /** Load that a trace may have: beyond it sums lose what they are about. */
    static final double MOST = 1e15;

    /**
     * As a trace.
     *
     * @param wanted what the form asks for, when there is too little
     */
    Trace trace(String wanted) throws InputProblem {
        if (size < 2) {
            throw new InputProblem(source.place(), wanted + "; there are " + size);
        }
        double step = step();
        double last = (times[size - 1] - times[0]) / step;
        if (last >= LIMIT) {
            throw new InputProblem(
                    places.apply(size - 1), "with gaps, more than " + LIMIT + " steps");
        }
        var loads = new double[(int) Math.round(last) + 1];
        Arrays.fill(loads, Double.NaN);
        for (int i = 0; i < size; i++) {
            if (values[i] > MOST) {
                throw new InputProblem(
                        places.apply(i),
                        "load of more than 1e15: "
                                + text(values[i])
                                + "; write it in a larger unit");
            }
            loads[place(i, step)] = values[i];
        }
        return trace(source, step, loads).from(times[0]);
    }

    static Trace trace(TraceSource source, double step, double[] loads) throws InputProblem {
        try {
            return Trace.of(source.name(), step, loads);
        } catch (IllegalArgumentException e) {
            throw new InputProblem(source.place(), String.valueOf(e.getMessage()));
        }
    }

    private double step() {
        var distances = new double[size - 1];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = times[i + 1] - times[i];
        }
        Arrays.sort(distances);
        return distances[distances.length / 2];
    }

    private int place(int row, double step) throws InputProblem {
        double exact = (times[row] - times[0]) / step;
        long place = Math.round(exact);
        boolean taken = row > 0 && Math.round((times[row - 1] - times[0]) / step) == place;
        if (taken || Math.abs(exact - place) > 0.25) {
            throw new InputProblem(
                    places.apply(row),
                    "time "
                            + text(times[row])
                            + " is not on the step of "
                            + text(step)
                            + " s that the others have; resample the trace");
        }
        return (int) place;
    }

    /** A number for people, short. */
    static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : String.format(Locale.ROOT, "%.6g", number);
    }
}
