package dev.ebb.control;

import dev.ebb.core.Allowance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ProcessReading;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalDouble;

/** Port: where CPU and memory readings come from. Called by the control thread only. */
public interface MetricSource {

    /**
     * Reads what it can of these instances. One that cannot be read is left out: missing is never
     * zero. Takes milliseconds, not seconds.
     */
    Metrics read(Collection<InstanceId> instances, Now now);

    /**
     * What this instance may use: declared, else its control group's quota, else a fair share of
     * the host. Always an answer, and a stable one.
     */
    Allowance allowance(InstanceId id);

    /**
     * @param hostCpuBusy share of the host's CPU that was in use since the last reading, 0 to 1
     */
    record Metrics(Map<InstanceId, ProcessReading> readings, OptionalDouble hostCpuBusy) {
        public Metrics {
            readings = Map.copyOf(readings);
        }
    }
}
