package dev.ebb.core.forecast;

/**
 * Recursive least squares with a little drift, so that it never stops learning: what the highest
 * load within the lead is, from the features. It begins as "what is now stays". One error counts
 * for {@link #CLIP} spreads at most, so that a spike is not taken for a rule. Immutable.
 *
 * <p>Source: L. Ljung, T. Söderström, Theory and Practice of Recursive Identification (1983), with
 * a random walk of the weights.
 */
final class Regression {
    private static final int SIZE = Trend.FEATURES;
    private static final double DOUBT = 0.05;
    private static final double DRIFT = 2e-7;
    private static final double CLIP = 3;

    /** How much slower than by plain least squares: samples are not independent. */
    private static final double SLOWNESS = 30;

    private final double[] weights;
    private final double[] doubt;

    private Regression(double[] weights, double[] doubt) {
        this.weights = weights;
        this.doubt = doubt;
    }

    static Regression fresh() {
        double[] weights = new double[SIZE];
        weights[1] = 1;
        double[] doubt = new double[SIZE * SIZE];
        for (int i = 0; i < SIZE; i++) {
            doubt[i * SIZE + i] = DOUBT;
        }
        return new Regression(weights, doubt);
    }

    double predict(double[] features) {
        double sum = 0;
        for (int i = 0; i < SIZE; i++) {
            sum += weights[i] * features[i];
        }
        return sum;
    }

    /** Having learned what came of these features, where errors of this spread were expected. */
    Regression after(double[] features, double outcome, double spread) {
        double[] gain = new double[SIZE];
        double norm = 0;
        for (int i = 0; i < SIZE; i++) {
            double sum = 0;
            for (int j = 0; j < SIZE; j++) {
                sum += doubt[i * SIZE + j] * features[j];
            }
            gain[i] = sum;
            norm += sum * features[i];
        }
        double limit = CLIP * spread;
        double error = Math.clamp(outcome - predict(features), -limit, limit);
        double total = spread * spread * SLOWNESS + norm;
        return new Regression(moved(gain, error / total), surer(gain, total));
    }

    private double[] moved(double[] gain, double by) {
        double[] next = weights.clone();
        for (int i = 0; i < SIZE; i++) {
            next[i] += gain[i] * by;
        }
        return next;
    }

    private double[] surer(double[] gain, double total) {
        double[] next = doubt.clone();
        for (int i = 0; i < SIZE; i++) {
            double by = gain[i] / total;
            for (int j = 0; j < SIZE; j++) {
                next[i * SIZE + j] -= by * gain[j];
            }
            next[i * SIZE + i] += DRIFT;
        }
        return next;
    }

    void write(Numbers to) {
        to.put(weights).put(doubt);
    }

    static Regression read(Numbers from) {
        return new Regression(from.nextExactly(SIZE), from.nextExactly(SIZE * SIZE));
    }
}
