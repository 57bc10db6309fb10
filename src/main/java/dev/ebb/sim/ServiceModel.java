package dev.ebb.sim;

import dev.ebb.core.Allowance;
import dev.ebb.core.ServiceName;
import java.util.OptionalDouble;

/**
 * What a service's instances are like: what the world knows and Ebb has to find out.
 *
 * @param cores CPU that one instance may use
 * @param cpuSeconds CPU time that one request takes
 * @param requestSeconds time from pick to last byte on an idle instance
 * @param concurrency declared requests in flight; 0 for not declared
 * @param startSeconds from spawn to the first good check
 * @param warmSeconds after that, until an instance is at its full speed
 * @param load what arrives
 * @param streamShare share of the requests that are long streams
 * @param streamSeconds mean length of those
 * @param streamsObey whether a stream ends within seconds when it is asked to move
 */
record ServiceModel(
        ServiceName name,
        double cores,
        double cpuSeconds,
        double requestSeconds,
        double concurrency,
        double startSeconds,
        double warmSeconds,
        LoadShape load,
        double streamShare,
        double streamSeconds,
        boolean streamsObey) {
    static final long MEMORY_LIMIT = 512L << 20;
    static final long MEMORY_IDLE = 96L << 20;
    static final long MEMORY_PER_REQUEST = 1L << 20;

    /** Requests per second that keep one instance's CPU fully busy. */
    double capacity() {
        return cores / cpuSeconds;
    }

    Allowance allowance() {
        return new Allowance(
                cores,
                Allowance.Source.DECLARED,
                MEMORY_LIMIT,
                Allowance.Source.DECLARED,
                concurrency > 0 ? OptionalDouble.of(concurrency) : OptionalDouble.empty());
    }
}
