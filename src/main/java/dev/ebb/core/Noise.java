package dev.ebb.core;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How far a measured load strays by chance from one window to the next. From the differences of
 * successive windows, less their median, so that a trend is none. What is farther than four
 * deviations counts for four, so that a single step is hardly any either: the deviation that this
 * takes is the median absolute one, of which 1.4826 are a standard deviation of normal noise. A
 * difference has the noise of two windows. Pure.
 */
final class Noise {
    private static final double NORMAL = 1.4826;

    /** Windows from which on noise can be told. */
    private static final int WINDOWS_MIN = 5;

    /**
     * Standard deviations that noise hardly exceeds in the twenty or so windows of a stabilization
     * window: normal noise in one of forty such times.
     */
    private static final double HARDLY_EVER = 3;

    /** Of few windows the deviation itself is uncertain: Student's quantiles, roughly. */
    private static final double FEW = 3.5;

    private static final double OUTLIER = 4;

    private Noise() {}

    /** The mean of what was seen since then; 0 without any. */
    static double mean(List<LoadPoint> windows, ToDoubleFunction<LoadPoint> load, long sinceNanos) {
        return windows.stream()
                .filter(w -> w.atNanos() - sinceNanos >= 0)
                .mapToDouble(load)
                .average()
                .orElse(0);
    }

    /** What to allow for above the mean; 0 while too little was seen. */
    static double margin(List<LoadPoint> windows, ToDoubleFunction<LoadPoint> load) {
        int n = windows.size() - 1;
        if (n + 1 < WINDOWS_MIN) {
            return 0;
        }
        double[] steps = new double[n];
        for (int i = 0; i < n; i++) {
            double before = load.applyAsDouble(windows.get(i));
            steps[i] = load.applyAsDouble(windows.get(i + 1)) - before;
        }
        double trend = median(steps);
        for (int i = 0; i < n; i++) {
            steps[i] = Math.abs(steps[i] - trend);
        }
        double most = OUTLIER * NORMAL * median(steps);
        double squares = 0;
        for (double step : steps) {
            squares += Math.min(step, most) * Math.min(step, most);
        }
        return HARDLY_EVER * (1 + FEW / n) * Math.sqrt(squares / n / 2);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int half = values.length / 2;
        return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
}
