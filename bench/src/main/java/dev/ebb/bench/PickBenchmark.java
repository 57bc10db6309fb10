package dev.ebb.bench;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.Balancer;
import dev.ebb.balance.Candidate;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.Outcome;
import dev.ebb.balance.Pick;
import dev.ebb.balance.StrategyKind;
import dev.ebb.balance.Tried;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What balancing costs a request: a pick, the head of the answer, the end, with all the statistics
 * and failure detection. A hundred requests are in flight at any time, the answers take 1 ms.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PickBenchmark {
    private static final int IN_FLIGHT = 100;

    @Param({"10", "1000", "10000"})
    public int instances;

    @Param public StrategyKind strategy;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Candidate[] open = new Candidate[IN_FLIGHT];
    private final long[] starts = new long[IN_FLIGHT];
    private Balancer balancer;
    private int place;
    private long now;

    @Setup
    public void publish() {
        BalancePolicy normal = BalancePolicy.DEFAULT;
        balancer =
                new Balancer(
                        new BalancePolicy(
                                strategy,
                                normal.slowStart(),
                                normal.check(),
                                normal.ejection(),
                                normal.retry()),
                        false);
        ServiceName service = new ServiceName("bench");
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 1; i <= instances; i++) {
            endpoints.add(
                    new Endpoint(
                            new InstanceId(service, i),
                            "127.0.0.1",
                            i,
                            EndpointRole.ACTIVE,
                            0.5 + random.nextDouble(),
                            Endpoint.NO_RAMP));
        }
        balancer.apply(new EndpointSnapshot(service, 1, endpoints), 0);
    }

    @Benchmark
    public Candidate request() {
        now += 10_000;
        Candidate done = open[place];
        if (done != null) {
            balancer.answered(done, Outcome.OK, starts[place], now);
            balancer.finished(done, Outcome.OK, true, starts[place], now);
        }
        Candidate picked = ((Pick.Picked) balancer.pick(Tried.NONE, now, random)).candidate();
        open[place] = picked;
        starts[place] = now;
        place = (place + 1) % IN_FLIGHT;
        return picked;
    }
}
