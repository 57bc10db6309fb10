package dev.ebb.sim;

import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Everything that exists apart from Ebb: processes, traffic, conditions, time. Survives the death
 * of Ebb. Single-threaded.
 */
final class World {
    /** Longest span in which rates and roles are taken as unchanging. */
    private static final long QUANTUM_NANOS = SimClock.SECOND / 4;

    private static final long KEEP_ENDED_NANOS = 120 * SimClock.SECOND;

    final SimClock clock = new SimClock();
    final EventQueue events = new EventQueue();
    final Conditions conditions = new Conditions(clock);
    Witness witness = new Witness() {};
    private final Map<ServiceName, SimService> services = new LinkedHashMap<>();
    private @Nullable SimDataPlane dataPlane;
    private @Nullable PodDriver cluster;
    private long frozenUntil = Long.MIN_VALUE;
    private boolean closed;

    World(List<SimService> services) {
        for (SimService service : services) {
            this.services.put(service.model.name(), service);
        }
    }

    Collection<SimService> services() {
        return services.values();
    }

    SimService service(ServiceName name) {
        SimService service = services.get(name);
        if (service == null) {
            throw new IllegalArgumentException("no such service: " + name);
        }
        return service;
    }

    Optional<SimInstance> process(InstanceId id) {
        return Optional.ofNullable(service(id.service()).process(id));
    }

    /** The data plane of Ebb's present life; empty while Ebb is down. */
    Optional<SimDataPlane> dataPlane() {
        return Optional.ofNullable(dataPlane);
    }

    void attach(SimDataPlane plane) {
        dataPlane = plane;
    }

    /** Where pods are instances. */
    void cluster(PodDriver driver) {
        cluster = driver;
    }

    Optional<PodDriver> cluster() {
        return Optional.ofNullable(cluster);
    }

    /** Ebb died: what was in flight is cut, and new requests find no one. */
    void detach() {
        if (dataPlane != null) {
            int cut = dataPlane.die();
            services.values().iterator().next().stats.cutByEbb += cut;
        }
        dataPlane = null;
    }

    /** The whole process of Ebb stands still, data plane included. */
    void freeze(double seconds) {
        frozenUntil = clock.nanos() + (long) (seconds * SimClock.SECOND);
    }

    /** No new requests from now on. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    int inFlight(InstanceId id) {
        return dataPlane().map(plane -> plane.plane(id.service()).inFlight(id)).orElse(0);
    }

    boolean mayPick(InstanceId id) {
        return dataPlane().map(plane -> plane.plane(id.service()).mayPick(id)).orElse(false);
    }

    /** Lets the world go on up to a moment. */
    void advanceTo(long nanos) {
        while (clock.nanos() < nanos) {
            events.runUntil(clock.nanos());
            long next = Math.min(clock.nanos() + QUANTUM_NANOS, nanos);
            long event = events.nextNanos();
            if (event > clock.nanos() && event - clock.nanos() > QUANTUM_NANOS / 8) {
                next = Math.min(next, event);
            }
            if (dataPlane != null && clock.nanos() >= frozenUntil) {
                dataPlane.advance((next - clock.nanos()) / 1e9);
            }
            clock.moveTo(next);
        }
        events.runUntil(clock.nanos());
    }

    /** A process has ended, for whatever reason. */
    void end(SimInstance process, OptionalInt code) {
        if (!process.isAlive()) {
            return;
        }
        process.phase = SimInstance.Phase.ENDED;
        process.endedAt = clock.nanos();
        process.exitCode = code;
        witness.ended(process);
        service(process.id().service()).tidy(clock.nanos() - KEEP_ENDED_NANOS);
    }

    List<SimInstance> alive() {
        return services.values().stream().flatMap(service -> service.alive().stream()).toList();
    }
}
