package dev.ebb.sim;

import dev.ebb.control.ServicePlan;
import dev.ebb.core.InstanceId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One service in the world: its model, its plan, its processes, and what became of requests. */
final class SimService {
    /** God's own count of requests; independent of what Ebb believes. */
    static final class Stats {
        long sent;
        long answered;

        /** Answered, with an error of the instance's own making. */
        long failed;

        /** Given up, because instances had too much to do. */
        long overloaded;

        /** Nothing to send it to. */
        long unrouted;

        /** Refused by a failed instance, and sent elsewhere. */
        long failedOver;

        /** Cut by the failure of an instance. */
        long cutByFailure;

        /** Cut by the death of Ebb. */
        long cutByEbb;

        /** The promise is that this stays 0. */
        long lostToRemoval;
    }

    final ServiceModel model;
    final ServicePlan plan;
    final Stats stats = new Stats();
    private final Map<InstanceId, SimInstance> processes = new LinkedHashMap<>();

    SimService(ServiceModel model, ServicePlan plan) {
        this.model = model;
        this.plan = plan;
    }

    /** The newest process of an instance. */
    @Nullable SimInstance process(InstanceId id) {
        return processes.get(id);
    }

    void add(SimInstance process) {
        processes.put(process.id(), process);
    }

    /** The process goes on under another name. */
    void remove(InstanceId id) {
        processes.remove(id);
    }

    Collection<InstanceId> ids() {
        return processes.keySet();
    }

    Collection<SimInstance> processes() {
        return processes.values();
    }

    List<SimInstance> alive() {
        return processes.values().stream().filter(SimInstance::isAlive).toList();
    }

    /** Forgets processes that ended long ago. */
    void tidy(long endedBefore) {
        processes.values().removeIf(it -> !it.isAlive() && it.endedAt < endedBefore);
    }
}
