package dev.ebb.bench;

import dev.ebb.core.LatencyCounts;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Is finding a latency's bucket cheap enough to be done for every request? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LatencyBucketBenchmark {

    private static final int SIZE = 4096;
    private static final double LEAST_NANOS = 20_000;
    private static final double DOUBLINGS = 17;

    // From 20 us to about 2.6 s, evenly over the logarithm, as latencies tend to spread.
    private final long[] latencies =
            new SplittableRandom(1)
                    .doubles(SIZE, 0, DOUBLINGS)
                    .mapToLong(exponent -> (long) (LEAST_NANOS * Math.pow(2, exponent)))
                    .toArray();
    private int next;

    @Benchmark
    public int bucketOf() {
        next = (next + 1) & (SIZE - 1);
        return LatencyCounts.bucketOf(latencies[next]);
    }
}
