package dev.ebb.sim.lab;

import dev.ebb.core.LatencyCounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Load as requests that arrive by chance, wait and are served, one event after the other. Arrivals
 * and service times are drawn from a stream of their own, so that every policy meets the same ones.
 * What an instance has begun or promised when it is removed, it finishes.
 */
final class QueueFlow implements Flow {
    /** Any number will do; with the same one, every policy meets the same requests. */
    private static final long SEED = 20_110_414;

    private final QueueModel queues;
    private final double step;
    private final double capacity;
    private final double shape;
    private final double centre;
    private final SplittableRandom requests;
    private final SplittableRandom picks;
    private final List<Station> stations = new ArrayList<>();
    private final Latencies.Counts counts = new Latencies.Counts();
    private final Map<Long, long[]> answered = new HashMap<>();
    private Answers answers = new Answers(0, 0, LatencyCounts.empty(), 0, 0);
    private long arrived;
    private long refused;
    private double busy;
    private long totalArrived;
    private long totalMissed;
    private long totalRefused;
    private long totalServed;
    private Optional<QueueSight> seen = Optional.empty();

    QueueFlow(FleetModel model, QueueModel queues) {
        this.queues = queues;
        this.step = model.step();
        this.capacity = model.capacity();
        double variance = Math.log1p(queues.variation() * queues.variation());
        this.shape = Math.sqrt(variance);
        this.centre = Math.log(queues.service()) - variance / 2;
        var root = new SplittableRandom(SEED);
        this.requests = root.split();
        this.picks = root.split();
    }

    @Override
    public void serve(double begin, double load, int ready) {
        staff(begin, ready);
        double before = backlog(begin);
        double assigned = 0;
        arrived = 0;
        refused = 0;
        double rate = load / capacity * queues.rate();
        if (rate > 0) {
            double end = begin + step;
            double at = begin + requests.nextExponential() / rate;
            for (; at < end; at += requests.nextExponential() / rate) {
                arrived++;
                assigned += request(at);
            }
        }
        totalArrived += arrived;
        double done = before + assigned - backlog(begin + step);
        busy = Math.clamp(done / (queues.slots() * step), 0, ready);
        look(begin + step, ready);
        answers = answered(Math.round(begin / step), ready);
    }

    /** As the gateway would see it, where nobody waits while any instance has room. */
    private void look(double now, int ready) {
        long here = 0;
        for (Station station : stations) {
            here += station.busy(now);
        }
        long working = Math.min(here, (long) stations.size() * queues.slots());
        int waiting = (int) (here - working);
        long served = totalArrived - totalRefused - working - waiting;
        double finished = Math.max(0, served - totalServed) / step;
        totalServed = served;
        seen = Optional.of(new QueueSight(ready, working, waiting, totalRefused, finished));
    }

    /** What is answered in a step is seen in it, whenever it came. */
    private Answers answered(long index, int ready) {
        long[] all = answered.remove(index);
        LatencyCounts latencies = all == null ? LatencyCounts.empty() : LatencyCounts.of(all);
        double used = ready == 0 ? 0 : busy / ready;
        return new Answers(ready, used, latencies, latencies.total() + refused, refused);
    }

    private void answering(double end, double latency) {
        long[] counts =
                answered.computeIfAbsent((long) (end / step), _ -> new long[LatencyCounts.BUCKETS]);
        counts[LatencyCounts.bucketOf(Math.round(latency * 1e9))]++;
    }

    /** As many stations as there are ready instances: new ones are cold, the idlest leave. */
    private void staff(double now, int ready) {
        boolean first = totalArrived == 0 && stations.isEmpty();
        while (stations.size() < ready) {
            double born = first ? now - queues.cold() : now;
            int most = queues.slots() * (1 + queues.waiting());
            stations.add(new Station(born, queues.slots(), most));
        }
        while (stations.size() > ready) {
            int idlest = 0;
            for (int i = 1; i < stations.size(); i++) {
                if (stations.get(i).busy(now) < stations.get(idlest).busy(now)) {
                    idlest = i;
                }
            }
            stations.remove(idlest);
        }
    }

    private double backlog(double now) {
        double work = 0;
        for (Station station : stations) {
            work += station.backlog(now);
        }
        return work;
    }

    /** One request comes; returns the slot-seconds that it takes, 0 when it is refused. */
    private double request(double now) {
        double service = Math.exp(centre + shape * requests.nextGaussian());
        if (requests.nextDouble() < queues.stragglers()) {
            service *= queues.straggling();
        }
        Station station = stations.isEmpty() ? null : pick(now);
        if (station == null || station.isFull(now)) {
            totalMissed++;
            totalRefused++;
            refused++;
            return 0;
        }
        service *= slowness(now - station.born());
        double latency = station.take(now, service) - now;
        counts.add(latency);
        answering(now + latency, latency);
        if (latency > queues.objective()) {
            totalMissed++;
        }
        return service;
    }

    /** The less busy of two. */
    private Station pick(double now) {
        int size = stations.size();
        Station one = stations.get(picks.nextInt(size));
        Station other = stations.get(picks.nextInt(size));
        return one.busy(now) <= other.busy(now) ? one : other;
    }

    private double slowness(double age) {
        if (age >= queues.cold()) {
            return 1;
        }
        return queues.coldFactor() - (queues.coldFactor() - 1) * age / queues.cold();
    }

    @Override
    public double offered() {
        return arrived / (queues.rate() * step) * capacity;
    }

    @Override
    public double busy() {
        return busy;
    }

    @Override
    public Optional<QueueSight> queue() {
        return seen;
    }

    @Override
    public double totalOffered() {
        return totalArrived;
    }

    @Override
    public double totalMissed() {
        return totalMissed;
    }

    @Override
    public double totalOverload() {
        return totalRefused;
    }

    @Override
    public Optional<Answers> answers() {
        return Optional.of(answers);
    }

    @Override
    public Optional<Latencies> latencies() {
        return Optional.of(counts.latencies());
    }
}
