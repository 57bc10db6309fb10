package dev.ebb.sim.balancer;

import dev.ebb.balance.Hashing;
import dev.ebb.core.InstanceId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The keys of a run's requests, some asked for more often than others: the i-th in proportion to 1
 * / i^exponent (Zipf). Remembers where each went last, from the time of {@link #begin} on.
 */
final class Keys {
    private final double[] upTo;
    private final Map<Long, InstanceId> last = new HashMap<>();
    private boolean counting;
    private long same;
    private long all;

    /**
     * @param exponent 0 for equally often; 1 is usual of what many people ask for
     */
    Keys(int count, double exponent) {
        upTo = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.pow(i + 1, -exponent);
            upTo[i] = sum;
        }
        for (int i = 0; i < count; i++) {
            upTo[i] /= sum;
        }
    }

    /** Share of the requests that ask for the first key. */
    double hottest() {
        return upTo[0];
    }

    long draw(RandomGenerator random) {
        int at = Arrays.binarySearch(upTo, random.nextDouble());
        int key = at >= 0 ? at : -at - 1;
        return Hashing.of("key-" + Math.min(key, upTo.length - 1));
    }

    void begin() {
        counting = true;
    }

    void placed(long key, InstanceId at) {
        InstanceId before = last.put(key, at);
        if (counting && before != null) {
            all++;
            same += before.equals(at) ? 1 : 0;
        }
    }

    /** Share of the requests that went where the one before with the same key had gone. */
    double kept() {
        return (double) same / Math.max(1, all);
    }
}
