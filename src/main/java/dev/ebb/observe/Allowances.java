package dev.ebb.observe;

import dev.ebb.core.Allowance;
import dev.ebb.core.Allowance.Source;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What each instance may use. A quota counts as an instance's own only where it is in a control
 * group that Ebb is not in; limits of groups that both are in are shared by all instances, and make
 * the host smaller instead. The fair share is that host divided by the most instances that all
 * services may have, whatever runs at the moment, so that it does not move when the fleet does. Not
 * safe for use by several threads.
 */
final class Allowances {
    private static final int REMEMBERED_MAX = 20_000;

    private final Map<ServiceName, ServiceResources> services;
    private final Cgroups cgroups;
    private final Set<Path> shared;
    private final HostShare host;
    private final int instancesMax;
    private final Map<InstanceId, Quota> quotas = new HashMap<>();

    Allowances(Map<ServiceName, ServiceResources> services, Cgroups cgroups, ProcReader proc) {
        this.services = Map.copyOf(services);
        this.cgroups = cgroups;
        this.shared = cgroups.of("self");
        this.host = HostShare.read(proc, cgroups.quota(shared));
        this.instancesMax =
                Math.max(
                        1,
                        services.values().stream().mapToInt(ServiceResources::instancesMax).sum());
    }

    /**
     * @param leader of the instance's processes; empty when there is none at the moment
     */
    Allowance of(InstanceId id, OptionalLong leader) {
        var declared =
                services.getOrDefault(id.service(), ServiceResources.undeclared(instancesMax));
        Quota quota = quota(id, leader);
        double cpu = host.cpuCores() / instancesMax;
        Source cpuSource = Source.FAIR_SHARE;
        if (declared.cpuCores().isPresent()) {
            cpu = declared.cpuCores().getAsDouble();
            cpuSource = Source.DECLARED;
        } else if (quota.cpuCores().isPresent()) {
            cpu = quota.cpuCores().getAsDouble();
            cpuSource = Source.QUOTA;
        }
        long memory = Math.max(1, host.memoryBytes() / instancesMax);
        Source memorySource = Source.FAIR_SHARE;
        if (declared.memoryBytes().isPresent()) {
            memory = declared.memoryBytes().getAsLong();
            memorySource = Source.DECLARED;
        } else if (quota.memoryBytes().isPresent()) {
            memory = quota.memoryBytes().getAsLong();
            memorySource = Source.QUOTA;
        }
        OptionalDouble concurrency = declared.concurrency();
        return new Allowance(cpu, cpuSource, memory, memorySource, concurrency);
    }

    /** Read once per instance, when it first has a process: an answer that stays the same. */
    private Quota quota(InstanceId id, OptionalLong leader) {
        Quota known = quotas.get(id);
        if (known != null || leader.isEmpty()) {
            return known == null ? Quota.NONE : known;
        }
        var own = new HashSet<>(cgroups.of(Long.toString(leader.getAsLong())));
        if (own.isEmpty()) {
            return Quota.NONE;
        }
        own.removeAll(shared);
        Quota quota = cgroups.quota(own);
        if (quotas.size() >= REMEMBERED_MAX) {
            quotas.clear();
        }
        quotas.put(id, quota);
        return quota;
    }
}
