package dev.ebb.sim;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Arrivals;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One service's traffic through the simulated data plane: event loops that each pick from the
 * snapshot that they have, instances that finish requests as fast as they can. Requests are whole
 * ones; what is in flight follows from Little's law and the queue. Mutable, single-threaded.
 */
final class ServicePlane {
    private static final double GIVE_UP_SECONDS = 8;

    /** How long, and how many on an event loop, wait for the first instance. */
    private static final double FIRST_WAIT_SECONDS = 60;

    private static final int FIRST_WAITING_MAX = 100_000;

    /** What one event loop picks from. */
    private static final class Loop {
        EndpointSnapshot snapshot;
        PlaneCell[] cells = new PlaneCell[0];
        double carry;

        /** Held for a first instance, and since when. */
        int waiting;

        long waitingSince;

        Loop(EndpointSnapshot snapshot) {
            this.snapshot = snapshot;
        }
    }

    private final World world;
    private final SimService service;
    private final BalancePolicy policy;
    private final SplittableRandom random;
    private final Loop[] loops;
    private final Map<InstanceId, PlaneCell> cells = new LinkedHashMap<>();
    private final long[] latencies = new long[LatencyCounts.BUCKETS];
    private EndpointSnapshot newest;
    private double[] weights = new double[16];

    ServicePlane(World world, SimService service, int loopCount, SplittableRandom random) {
        this.world = world;
        this.service = service;
        this.policy = service.plan.balance();
        this.random = random;
        newest = EndpointSnapshot.empty(service.model.name());
        loops = new Loop[loopCount];
        for (int i = 0; i < loopCount; i++) {
            loops[i] = new Loop(newest);
        }
    }

    int loops() {
        return loops.length;
    }

    /** A snapshot is known; its endpoints are checked from now on. */
    void announce(EndpointSnapshot snapshot) {
        if (snapshot.generation() <= newest.generation()) {
            return;
        }
        newest = snapshot;
        for (Endpoint endpoint : snapshot.endpoints()) {
            cell(endpoint.id());
        }
    }

    /** A snapshot reaches an event loop; an older one than it has is of no use to it. */
    void deliver(int loop, EndpointSnapshot snapshot) {
        Loop to = loops[loop];
        if (snapshot.generation() <= to.snapshot.generation()) {
            return;
        }
        to.snapshot = snapshot;
        to.cells = new PlaneCell[snapshot.endpoints().size()];
        for (int i = 0; i < to.cells.length; i++) {
            to.cells[i] = cell(snapshot.endpoints().get(i).id());
        }
    }

    /** No event loop picks from a snapshot older than this. */
    long acknowledged() {
        long oldest = Long.MAX_VALUE;
        for (Loop loop : loops) {
            oldest = Math.min(oldest, loop.snapshot.generation());
        }
        return oldest;
    }

    /** Whether some event loop would still pick this instance. */
    boolean mayPick(InstanceId id) {
        for (Loop loop : loops) {
            for (Endpoint endpoint : loop.snapshot.endpoints()) {
                if (endpoint.id().equals(id) && endpoint.role() == EndpointRole.ACTIVE) {
                    return true;
                }
            }
        }
        return false;
    }

    int inFlight(InstanceId id) {
        PlaneCell cell = cells.get(id);
        return cell == null ? 0 : cell.total();
    }

    Health health(InstanceId id) {
        PlaneCell cell = cells.get(id);
        return cell == null ? Health.UNKNOWN : cell.health;
    }

    EndpointSink.Report report(long monotonicNanos) {
        Map<InstanceId, EndpointSink.EndpointReport> endpoints = new HashMap<>();
        for (PlaneCell cell : cells.values()) {
            endpoints.put(cell.id, cell.report(monotonicNanos));
        }
        int waiting = 0;
        for (Loop loop : loops) {
            waiting += loop.waiting;
        }
        return new EndpointSink.Report(
                acknowledged(),
                endpoints,
                LatencyCounts.of(latencies),
                Optional.empty(),
                List.of(),
                Optional.of(new Arrivals(service.stats.sent, waiting)));
    }

    private PlaneCell cell(InstanceId id) {
        return cells.computeIfAbsent(
                id, it -> new PlaneCell(it, loops.length, world.clock.nanos()));
    }

    /** Lets traffic flow for a span of time. */
    void advance(double seconds) {
        long now = world.clock.nanos();
        for (PlaneCell cell : cells.values()) {
            cell.arrived = 0;
            SimInstance process = service.process(cell.id);
            boolean answers = process != null && process.answers(now);
            cell.check(answers, policy.check(), now, random.nextDouble() * 2 - 1);
        }
        double rate = world.isClosed() ? 0 : service.model.load().at(now / 1e9);
        for (int i = 0; i < loops.length; i++) {
            take(loops[i], i, rate * seconds / loops.length);
        }
        for (PlaneCell cell : cells.values()) {
            work(cell, seconds, now);
        }
        cells.values().removeIf(cell -> cell.total() == 0 && isForgotten(cell.id));
    }

    private boolean isForgotten(InstanceId id) {
        for (Endpoint endpoint : newest.endpoints()) {
            if (endpoint.id().equals(id)) {
                return false;
            }
        }
        return !mayPick(id);
    }

    /** One event loop picks for what arrived at it. */
    private void take(Loop loop, int index, double expected) {
        double due = expected + loop.carry;
        int arrivals = (int) due;
        loop.carry = due - arrivals;
        if (arrivals + loop.waiting == 0) {
            return;
        }
        service.stats.sent += arrivals;
        double sum = weigh(loop);
        if (sum <= 0) {
            service.stats.unrouted += hold(loop, arrivals);
            return;
        }
        int left = arrivals + loop.waiting;
        loop.waiting = 0;
        for (int i = 0; i < loop.cells.length && left > 0; i++) {
            if (weights[i] <= 0) {
                continue;
            }
            double share = left * weights[i] / sum;
            int picked = Math.min(left, (int) (share + random.nextDouble()));
            sum -= weights[i];
            left -= picked;
            send(loop.cells[i], index, picked);
        }
        if (left > 0) {
            service.stats.unrouted += left;
        }
    }

    /** Lets them wait for a first instance, where there may be none; answers who is refused. */
    private int hold(Loop loop, int arrivals) {
        boolean none =
                loop.snapshot.endpoints().stream().noneMatch(e -> e.role() == EndpointRole.ACTIVE);
        if (service.plan.policy().range().min() > 0 || !none) {
            return arrivals;
        }
        long now = world.clock.nanos();
        int refused = 0;
        if (loop.waiting == 0) {
            loop.waitingSince = now;
        } else if (now - loop.waitingSince > FIRST_WAIT_SECONDS * SimClock.SECOND) {
            refused = loop.waiting;
            loop.waiting = 0;
            loop.waitingSince = now;
        }
        int taken = Math.min(arrivals, FIRST_WAITING_MAX - loop.waiting);
        loop.waiting += taken;
        return refused + arrivals - taken;
    }

    /** Fills {@link #weights} for what may be picked; answers their sum. */
    private double weigh(Loop loop) {
        int count = loop.cells.length;
        if (weights.length < count) {
            weights = new double[count * 2];
        }
        int active = 0;
        int healthy = 0;
        for (int i = 0; i < count; i++) {
            if (loop.snapshot.endpoints().get(i).role() == EndpointRole.ACTIVE) {
                active++;
                healthy += loop.cells[i].health == Health.HEALTHY ? 1 : 0;
            }
        }
        boolean panic = healthy < policy.ejection().panicThreshold() * active;
        long monotonic = world.clock.monotonic(world.clock.nanos());
        double sum = 0;
        int last = -1;
        for (int i = 0; i < count; i++) {
            Endpoint endpoint = loop.snapshot.endpoints().get(i);
            boolean may =
                    endpoint.role() == EndpointRole.ACTIVE
                            && (panic || loop.cells[i].health == Health.HEALTHY);
            weights[i] = may ? endpoint.weight() * ramp(endpoint, monotonic) : 0;
            sum += weights[i];
            last = may ? i : last;
        }
        if (last >= 0) {
            // Rounding must leave nothing over: the last one takes what is left.
            double bump = sum * 1e-9;
            weights[last] += bump;
            sum += bump;
        }
        return sum;
    }

    private double ramp(Endpoint endpoint, long monotonic) {
        double whole = policy.slowStart().toNanos();
        if (endpoint.rampFromNanos() == Endpoint.NO_RAMP || whole <= 0) {
            return 1;
        }
        return Math.clamp((monotonic - endpoint.rampFromNanos()) / whole, 0.1, 1);
    }

    private void send(PlaneCell cell, int loop, int picked) {
        long now = world.clock.nanos();
        SimInstance process = service.process(cell.id);
        if (process == null || !process.connects()) {
            refuse(cell, picked, process, now);
            return;
        }
        cell.connected();
        cell.arrived += picked;
        cell.inFlight[loop] += picked;
        double streams = picked * service.model.streamShare();
        if (streams > 0) {
            cell.streams[loop] += (int) (streams + random.nextDouble());
            cell.streams[loop] = Math.min(cell.streams[loop], cell.inFlight[loop]);
        }
    }

    private void refuse(PlaneCell cell, int picked, @Nullable SimInstance process, long now) {
        if (process != null && process.stopAsked) {
            service.stats.lostToRemoval += picked;
            cell.retriedForScaling += picked;
            world.witness.lost(cell.id, picked, "sent to an instance that was asked to stop");
        } else {
            service.stats.failedOver += picked;
        }
        cell.refused(picked, policy, mayEject(), now);
    }

    private boolean mayEject() {
        int ejected = 0;
        int active = 0;
        for (Endpoint endpoint : newest.endpoints()) {
            if (endpoint.role() == EndpointRole.ACTIVE) {
                active++;
                PlaneCell cell = cells.get(endpoint.id());
                ejected += cell != null && cell.health == Health.EJECTED ? 1 : 0;
            }
        }
        return ejected < Math.max(1, (int) (policy.ejection().maxEjectedShare() * active));
    }

    /** An instance works on what it has for a span of time. */
    private void work(PlaneCell cell, double seconds, long now) {
        int inFlight = cell.total();
        SimInstance process = service.process(cell.id);
        if (process == null || process.phase == SimInstance.Phase.BOOTING) {
            service.stats.cutByFailure += cell.drop();
            return;
        }
        if (!process.isAlive()) {
            if (inFlight > 0) {
                ended(cell, process, inFlight);
            }
            return;
        }
        if (inFlight == 0) {
            process.idle(seconds);
            return;
        }
        if (process.isHung(now)) {
            timeOut(cell, seconds, now);
            return;
        }
        int streams = cell.totalStreams();
        int plain = inFlight - streams;
        int done = finished(process, plain, Math.min(cell.arrived, plain), seconds, now);
        int shed = shed(process, plain - done, now);
        process.used(done);
        process.idle(seconds);
        leave(cell, done + shed, false);
        // In flight between two moments: the mean of what was and what is left, as Little has it.
        double mean = Math.max(0, inFlight - 0.5 * (cell.arrived + done + shed));
        account(cell, process, done, shed, mean, seconds, now);
        if (streams > 0) {
            endStreams(cell, seconds);
        }
    }

    private int finished(SimInstance process, int plain, int fresh, double seconds, long now) {
        double busy = fresh / (service.model.capacity() * seconds);
        double time = service.model.requestSeconds() * process.slowness(now) * slower(busy);
        double share = Math.min(1, seconds / time);
        double expected = (plain - fresh) * share;
        expected += fresh * (time < seconds ? 1 - time / seconds : share / 2);
        int wanted = (int) (expected + random.nextDouble());
        return Math.min(plain, Math.min(wanted, process.budget(now, seconds)));
    }

    /** How many times longer a request takes on an instance as busy as this. */
    static double slower(double utilization) {
        double busy = Math.clamp(utilization, 0, 0.95);
        return 1 + 0.3 * busy * busy / (1 - busy);
    }

    /** What has waited so long that the client's timeout ends it. */
    private int shed(SimInstance process, int waiting, long now) {
        double longest = service.model.capacity() * GIVE_UP_SECONDS / process.slowness(now);
        return Math.max(0, waiting - (int) Math.max(longest, 20));
    }

    private void account(
            PlaneCell cell,
            SimInstance process,
            int done,
            int shed,
            double mean,
            double seconds,
            long now) {
        int failed = 0;
        if (process.fails(now)) {
            failed = (int) (done * process.failingShare + random.nextDouble());
            failed = Math.min(done, failed);
        }
        service.stats.answered += done - failed;
        service.stats.failed += failed;
        service.stats.overloaded += shed;
        cell.answered(done + shed, failed + shed, policy, mayEject(), now);
        if (done > 0) {
            double time = service.model.requestSeconds() * process.slowness(now);
            double latency = Math.max(time, mean * seconds / done) * 1e9;
            cell.latencyNanos += latency * done;
            latencies[LatencyCounts.bucketOf((long) latency)] += done;
        }
    }

    private void timeOut(PlaneCell cell, double seconds, long now) {
        int over = (int) (cell.total() * seconds / GIVE_UP_SECONDS + random.nextDouble());
        int gone = leave(cell, Math.min(over, cell.total()), true);
        service.stats.cutByFailure += gone;
        cell.answered(gone, gone, policy, mayEject(), now);
    }

    private void ended(PlaneCell cell, SimInstance process, int inFlight) {
        cell.drop();
        cell.requests += inFlight;
        cell.failures += inFlight;
        if (process.stopAsked) {
            service.stats.lostToRemoval += inFlight;
            cell.lostToScaling += inFlight;
            world.witness.lost(cell.id, inFlight, "in flight when the instance ended");
        } else {
            service.stats.cutByFailure += inFlight;
        }
    }

    /** Takes finished requests out of flight, from all event loops alike. */
    private int leave(PlaneCell cell, int count, boolean streamsToo) {
        int left = count;
        for (int i = 0; i < loops.length && left > 0; i++) {
            int loop = (i + (int) (world.clock.nanos() / 1_000_000 % loops.length)) % loops.length;
            int here = cell.inFlight[loop] - (streamsToo ? 0 : cell.streams[loop]);
            int share = i == loops.length - 1 ? left : (left + loops.length - 1) / loops.length;
            int gone = Math.min(here, share);
            cell.inFlight[loop] -= gone;
            cell.streams[loop] = Math.min(cell.streams[loop], cell.inFlight[loop]);
            left -= gone;
        }
        for (int loop = 0; loop < loops.length && left > 0; loop++) {
            int here = cell.inFlight[loop] - (streamsToo ? 0 : cell.streams[loop]);
            int gone = Math.min(here, left);
            cell.inFlight[loop] -= gone;
            cell.streams[loop] = Math.min(cell.streams[loop], cell.inFlight[loop]);
            left -= gone;
        }
        return count - left;
    }

    private void endStreams(PlaneCell cell, double seconds) {
        for (int i = 0; i < loops.length; i++) {
            double length = service.model.streamSeconds();
            if (service.model.streamsObey() && isDraining(loops[i], cell.id)) {
                length = Math.min(length, 3);
            }
            double share = Math.min(1, seconds / length);
            int over = (int) (cell.streams[i] * share + random.nextDouble());
            int gone = Math.min(cell.streams[i], over);
            cell.streams[i] -= gone;
            cell.inFlight[i] -= gone;
            cell.requests += gone;
            service.stats.answered += gone;
        }
    }

    private static boolean isDraining(Loop loop, InstanceId id) {
        for (Endpoint endpoint : loop.snapshot.endpoints()) {
            if (endpoint.id().equals(id)) {
                return endpoint.role() == EndpointRole.DRAINING;
            }
        }
        return false;
    }
}
