package dev.ebb.observe;

import dev.ebb.control.MetricSource;
import dev.ebb.core.Allowance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.ServiceName;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * CPU and memory of local processes, from Linux' {@code /proc}. An instance is all processes of the
 * session that its leader leads.
 *
 * <p>Memory is resident memory (RSS): what is private, summed, and of what is shared (files mapped,
 * shared memory) the largest share that one process has, because processes of one instance mostly
 * share the same. The proportional size (PSS) would be exact, but the kernel walks all page tables
 * for it and holds up the process meanwhile. Pages shared by fork count for each process.
 *
 * <p>Not safe for use by several threads.
 */
public final class ProcessMetrics implements MetricSource {
    // USER_HZ: part of Linux' interface, and 100 on every architecture that a JDK runs on.
    private static final long NANOS_PER_TICK = 10_000_000;

    private final Function<InstanceId, OptionalLong> leaderPid;
    private final ProcReader proc;
    private final Allowances allowances;
    private final HostCpu hostCpu = new HostCpu();
    private final long pageBytes;
    private final Map<InstanceId, SessionUsage> sessions = new HashMap<>();
    private long hostReadAtNanos;
    private boolean hostWasRead;
    private OptionalDouble hostBusy = OptionalDouble.empty();

    /**
     * @param services by name; their allowances, and the sum of their instances, follow from it
     * @param leaderPid the leader of an instance's session; empty when it has none
     */
    public ProcessMetrics(
            Map<ServiceName, ServiceResources> services,
            Function<InstanceId, OptionalLong> leaderPid) {
        this.leaderPid = leaderPid;
        this.proc = new ProcReader(Path.of("/proc"));
        this.allowances = new Allowances(services, new Cgroups(Path.of("/")), proc);
        this.pageBytes = PageSize.bytes(proc);
    }

    @Override
    public Metrics read(Collection<InstanceId> instances, Now now) {
        long began = System.nanoTime();
        var leaders = new HashMap<InstanceId, Long>();
        for (InstanceId id : instances) {
            leaderPid.apply(id).ifPresent(pid -> leaders.put(id, pid));
        }
        var members = proc.members(leaders.values());
        // The processes are read a little later than the tick began; over a second it matters.
        long measuredAt = now.monotonicNanos() + (System.nanoTime() - began);
        var readings = new HashMap<InstanceId, ProcessReading>();
        leaders.forEach((id, pid) ->
                reading(id, pid, members.getOrDefault(pid, List.of()), measuredAt)
                        .ifPresent(reading -> readings.put(id, reading)));
        forgetGone();
        readHost(now);
        return new Metrics(readings, hostBusy);
    }

    @Override
    public Allowance allowance(InstanceId id) {
        return allowances.of(id, leaderPid.apply(id));
    }

    private Optional<ProcessReading> reading(
            InstanceId id, long leader, List<ProcessUsage> processes, long measuredAt) {
        Optional<ProcessUsage> first =
                processes.stream().filter(process -> process.pid() == leader).findFirst();
        if (first.isEmpty()) {
            return Optional.empty();
        }
        SessionUsage session = sessions.get(id);
        if (session == null || !session.isOf(first.get())) {
            session = new SessionUsage(first.get().startTicks());
            sessions.put(id, session);
        }
        long cpuNanos = session.update(processes) * NANOS_PER_TICK;
        return Optional.of(new ProcessReading(measuredAt, cpuNanos, memory(processes)));
    }

    private long memory(List<ProcessUsage> processes) {
        if (processes.size() == 1) {
            return processes.getFirst().residentPages() * pageBytes;
        }
        long ownPages = 0;
        long sharedPagesMax = 0;
        for (ProcessUsage process : processes) {
            long sharedPages = proc.sharedPages(process.pid());
            ownPages += Math.max(0, process.residentPages() - sharedPages);
            sharedPagesMax = Math.max(sharedPagesMax, sharedPages);
        }
        return (ownPages + sharedPagesMax) * pageBytes;
    }

    private void forgetGone() {
        sessions.keySet().removeIf(id -> leaderPid.apply(id).isEmpty());
    }

    /** Once a tick, however many services ask in it. */
    private void readHost(Now now) {
        if (!hostWasRead || now.monotonicNanos() != hostReadAtNanos) {
            hostWasRead = true;
            hostReadAtNanos = now.monotonicNanos();
            hostBusy = proc.read("stat").map(hostCpu::update).orElse(OptionalDouble.empty());
        }
    }
}
