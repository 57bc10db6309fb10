package dev.ebb.balance;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A balancer with instances svc-1 to svc-n, a clock to move, and a log of health changes. */
final class Pool implements HealthListener {
    static final ServiceName SERVICE = new ServiceName("svc");

    final List<String> log = new ArrayList<>();
    final List<Ejection> ejections = new ArrayList<>();
    final SplittableRandom random = new SplittableRandom(1);
    final Balancer balancer;
    final List<Endpoint> endpoints = new ArrayList<>();
    long now;
    private long generation;

    Pool(BalancePolicy policy, boolean checks, int size) {
        balancer = new Balancer(policy, checks, id -> new EndpointStats(), this);
        for (int i = 1; i <= size; i++) {
            endpoints.add(endpoint(i, EndpointRole.ACTIVE, 1, Endpoint.NO_RAMP));
        }
        publish();
    }

    static Pool of(StrategyKind kind, int size) {
        return new Pool(policy(kind), false, size);
    }

    static BalancePolicy policy(StrategyKind kind) {
        BalancePolicy normal = BalancePolicy.DEFAULT;
        return new BalancePolicy(
                kind, normal.slowStart(), normal.check(), normal.ejection(), normal.retry());
    }

    /** Nothing is ever ejected, so that a strategy shows what it does on its own. */
    static BalancePolicy undetected(StrategyKind kind) {
        EjectionPolicy never =
                new EjectionPolicy(
                        0,
                        0,
                        2,
                        1,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(5),
                        0,
                        0);
        BalancePolicy normal = policy(kind);
        return new BalancePolicy(kind, normal.slowStart(), normal.check(), never, normal.retry());
    }

    static Endpoint endpoint(int ordinal, EndpointRole role, double weight, long rampFrom) {
        return new Endpoint(id(ordinal), "127.0.0.1", 9000 + ordinal, role, weight, rampFrom);
    }

    static InstanceId id(int ordinal) {
        return new InstanceId(SERVICE, ordinal);
    }

    void publish() {
        balancer.apply(new EndpointSnapshot(SERVICE, ++generation, endpoints), now);
    }

    void set(int ordinal, EndpointRole role) {
        Endpoint old = endpoints.get(ordinal - 1);
        endpoints.set(ordinal - 1, endpoint(ordinal, role, old.weight(), old.rampFromNanos()));
        publish();
    }

    void at(double seconds) {
        now = Math.round(seconds * 1e9);
        balancer.tick(now);
    }

    void passMillis(double millis) {
        now += Math.round(millis * 1e6);
    }

    Candidate candidate(int ordinal) {
        return balancer.candidate(id(ordinal)).orElseThrow();
    }

    Candidate pick(Tried tried) {
        if (balancer.pick(tried, now, random) instanceof Pick.Picked picked) {
            return picked.candidate();
        }
        throw new AssertionError("nothing was picked");
    }

    /** Picks so often and finishes each at once; how many each instance got, from svc-1 on. */
    int[] shares(int picks) {
        int[] shares = new int[endpoints.size()];
        for (int i = 0; i < picks; i++) {
            Candidate candidate = pick(Tried.NONE);
            shares[candidate.id().ordinal() - 1]++;
            end(candidate, Outcome.OK, now);
        }
        return shares;
    }

    void end(Candidate candidate, Outcome outcome, long startNanos) {
        boolean answered = !outcome.connectError() && outcome != Outcome.TIMEOUT;
        if (answered) {
            balancer.answered(candidate, outcome, startNanos, now);
        }
        balancer.finished(candidate, outcome, answered, startNanos, now);
    }

    /** So many attempts at this instance end like this, now; started behind the picker's back. */
    void outcome(int ordinal, Outcome outcome, int times) {
        Candidate candidate = candidate(ordinal);
        for (int i = 0; i < times; i++) {
            candidate.stats().started();
            candidate.estimate().waits(now);
            end(candidate, outcome, now);
        }
    }

    @Override
    public void changed(Candidate candidate, Health health, Reason reason) {
        log.add("%.0fs %s %s: %s".formatted(now / 1e9, candidate.id(), health, reason.text()));
    }

    @Override
    public void ejected(Candidate candidate, Ejection ejection) {
        ejections.add(ejection);
    }

    static int[] sorted(int[] values) {
        int[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }
}
