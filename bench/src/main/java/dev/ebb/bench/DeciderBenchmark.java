package dev.ebb.bench;

import dev.ebb.core.Decider;
import dev.ebb.core.Decision;
import dev.ebb.core.Observation;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does one decision take? The target is 50 ms for 10,000 instances. Each invocation
 * decides on a new observation, one second after the last, with the state that the last left; the
 * observation is made outside of the measured time, which a setup for each invocation is fit for
 * because a decision takes far longer than reading the clock. Sampled, so that the worst ticks (the
 * ones with work to do) are seen beside the mean.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx1g", "-XX:+UseSerialGC"})
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class DeciderBenchmark {

    @Param({"100", "1000", "10000"})
    int instances;

    @Param({"STEADY", "QUIET", "FALLING", "RISING"})
    Fleet.Load load;

    private Fleet fleet;
    private Observation seen;
    private Decision decision;

    @Setup(Level.Trial)
    public void fleet() {
        fleet = new Fleet(instances, load);
    }

    @Setup(Level.Invocation)
    public void observe() {
        seen = fleet.observe();
    }

    @TearDown(Level.Invocation)
    public void carryOn() {
        fleet.carryOn(decision);
    }

    @Benchmark
    public Decision decide() {
        decision = Decider.decide(fleet.state(), seen, fleet.policy);
        return decision;
    }
}
