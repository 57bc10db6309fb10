package dev.ebb.sim.lab;

/**
 * Response times of a run, in seconds.
 *
 * @param mean of all
 * @param median half of the requests took at most this
 * @param p99 99 % of them
 * @param p999 99.9 % of them
 */
public record Latencies(double mean, double median, double p99, double p999) {

    /** Counts in buckets that lie 2 % apart, from a microsecond to weeks. For one thread. */
    static final class Counts {
        private static final double LEAST = 1e-6;
        private static final double STEP = Math.log(1.02);
        private static final int SIZE = 1600;

        private final long[] counts = new long[SIZE];
        private long all;
        private double sum;

        void add(double seconds) {
            double place = Math.log(Math.max(seconds, LEAST) / LEAST) / STEP;
            counts[Math.min(SIZE - 1, (int) place)]++;
            all++;
            sum += seconds;
        }

        Latencies latencies() {
            double mean = all == 0 ? 0 : sum / all;
            return new Latencies(mean, quantile(0.5), quantile(0.99), quantile(0.999));
        }

        /** The middle of the bucket in which it lies; 0 when there was nothing. */
        private double quantile(double share) {
            long left = (long) Math.ceil(share * all);
            for (int i = 0; i < SIZE; i++) {
                left -= counts[i];
                if (left <= 0 && all > 0) {
                    return LEAST * Math.exp((i + 0.5) * STEP);
                }
            }
            return 0;
        }
    }
}
