package dev.ebb.sim;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.sim.Conditions.Trouble;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A data plane for one life of Ebb: it dies with Ebb, with all that is in flight. Its event loops
 * take snapshots late, out of order or not for a while, snapshots arrive twice, and what it reports
 * may be some seconds old, but never untrue. Single-threaded.
 */
final class SimDataPlane implements EndpointSink {
    private static final int REPORTS_KEPT = 16;

    private record Dated(long atNanos, Report report) {}

    private final World world;
    private final SplittableRandom random;
    private final Map<ServiceName, ServicePlane> planes = new LinkedHashMap<>();
    private final Map<ServiceName, Deque<Dated>> reports = new LinkedHashMap<>();
    private boolean dead;

    SimDataPlane(World world, int loops, SplittableRandom random) {
        this.world = world;
        this.random = random;
        for (SimService service : world.services()) {
            ServiceName name = service.model.name();
            planes.put(name, new ServicePlane(world, service, loops, random.split()));
            reports.put(name, new ArrayDeque<>());
        }
    }

    ServicePlane plane(ServiceName service) {
        ServicePlane plane = planes.get(service);
        if (plane == null) {
            throw new IllegalArgumentException("no such service: " + service);
        }
        return plane;
    }

    Collection<ServicePlane> planes() {
        return planes.values();
    }

    /** Ebb died, and this data plane with it; answers what was in flight. */
    int die() {
        dead = true;
        int cut = 0;
        for (SimService service : world.services()) {
            for (InstanceId id : service.ids()) {
                cut += plane(service.model.name()).inFlight(id);
            }
        }
        return cut;
    }

    /**
     * Another life of Ebb listens from now on. Each takes the time of a report by its own clock, so
     * what was reported to the one before cannot reach it, however late reports are.
     */
    void heardByAnother() {
        reports.values().forEach(Deque::clear);
    }

    void advance(double seconds) {
        for (ServicePlane plane : planes.values()) {
            plane.advance(seconds);
        }
    }

    @Override
    public void publish(EndpointSnapshot snapshot) {
        ServicePlane plane = plane(snapshot.service());
        plane.announce(snapshot);
        for (int loop = 0; loop < plane.loops(); loop++) {
            deliverLater(plane, loop, snapshot);
            if (random.nextInt(16) == 0) {
                deliverLater(plane, loop, snapshot);
            }
        }
    }

    private void deliverLater(ServicePlane plane, int loop, EndpointSnapshot snapshot) {
        boolean slow = world.conditions.is(Trouble.SLOW_PUBLISH);
        double delay = slow ? random.nextDouble() * 12 : random.nextDouble() * 0.05;
        long due = world.clock.nanos() + (long) (delay * SimClock.SECOND);
        deliverAt(plane, loop, snapshot, due);
    }

    private void deliverAt(ServicePlane plane, int loop, EndpointSnapshot snapshot, long due) {
        world.events.at(
                due,
                () -> {
                    long stalled = world.conditions.stalledUntil(loop);
                    if (dead) {
                        return;
                    }
                    if (stalled > world.clock.nanos()) {
                        deliverAt(plane, loop, snapshot, stalled);
                    } else {
                        plane.deliver(loop, snapshot);
                    }
                });
    }

    @Override
    public Report report(ServiceName service, Now now) {
        Deque<Dated> kept = reports.computeIfAbsent(service, name -> new ArrayDeque<>());
        long at = world.clock.nanos();
        boolean stuck = world.conditions.is(Trouble.STUCK_REPORTS) && !kept.isEmpty();
        if (stuck) {
            return kept.getLast().report();
        }
        kept.addLast(new Dated(at, plane(service).report(world.clock.monotonic(at))));
        while (kept.size() > REPORTS_KEPT) {
            kept.removeFirst();
        }
        if (!world.conditions.is(Trouble.LATE_REPORTS)) {
            return kept.getLast().report();
        }
        List<Dated> old = new ArrayList<>(kept);
        int back = Math.min(old.size(), 1 + random.nextInt(4));
        return old.get(old.size() - back).report();
    }
}
