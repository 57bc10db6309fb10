package dev.ebb.sim.balancer;

import dev.ebb.balance.CheckResult;
import dev.ebb.balance.Outcome;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * An instance as a queue with a few workers. Counts what a metrics source would see of it: busy
 * time, requests, failures. A cold one takes up to five times as long, until it has done a few
 * hundred requests.
 */
final class SimInstance {
    static final int WORKERS = 4;
    private static final double COLD_TIMES = 5;
    private static final double COLD_REQUESTS = 300;

    /** One request in it. */
    static final class Job {
        private final double millis;
        private final Answer answer;
        private boolean gone;

        Job(double millis, Answer answer) {
            this.millis = millis;
            this.answer = answer;
        }

        /** The gateway gave up; work that has begun goes on. */
        void abandon() {
            gone = true;
        }
    }

    interface Answer {
        void come(Outcome outcome);
    }

    private final Events events;
    private final RandomGenerator random;
    private final double strength;
    private final boolean cold;
    private final boolean deaf;
    private final ArrayDeque<Job> queue = new ArrayDeque<>();
    private final Set<Job> running = new LinkedHashSet<>();
    private Fault fault = new Fault.Recovered();
    private int life;
    private double done;
    private double busyMillis;
    private long requests;

    /**
     * @param deaf works on what has been given up, too
     */
    SimInstance(
            Events events, RandomGenerator random, double strength, boolean cold, boolean deaf) {
        this.events = events;
        this.random = random;
        this.strength = strength;
        this.cold = cold;
        this.deaf = deaf;
    }

    /** Takes a request; the answer may never come. */
    void take(Job job) {
        requests++;
        switch (fault) {
            case Fault.Dead dead -> fail(job, Outcome.REFUSED, 0.1);
            case Fault.Frozen frozen -> queue.add(job);
            case Fault.FailsFast fast when random.nextDouble() < fast.share() ->
                    fail(job, Outcome.GATEWAY_ERROR, 0.5);
            default -> {
                queue.add(job);
                work();
            }
        }
    }

    private void fail(Job job, Outcome outcome, double millis) {
        events.in(nanos(millis), () -> job.answer.come(outcome));
    }

    private void work() {
        while (running.size() < WORKERS && !queue.isEmpty() && !(fault instanceof Fault.Frozen)) {
            Job job = queue.remove();
            if (job.gone && !deaf) {
                continue;
            }
            running.add(job);
            double millis = job.millis * slowness();
            int startedIn = life;
            events.in(nanos(millis), () -> complete(job, millis, startedIn));
        }
    }

    private void complete(Job job, double millis, int startedIn) {
        if (life != startedIn) {
            return;
        }
        if (fault instanceof Fault.Frozen) {
            // It stands still: what is left is done when it runs again.
            events.in(nanos(100), () -> complete(job, millis, startedIn));
            return;
        }
        running.remove(job);
        busyMillis += millis;
        done++;
        job.answer.come(Outcome.OK);
        work();
    }

    private double slowness() {
        double times =
                switch (fault) {
                    case Fault.Slow slow -> slow.times();
                    case Fault.Stalls stalls when random.nextDouble() < stalls.share() ->
                            stalls.times();
                    default -> 1;
                };
        double warmth = cold ? 1 + (COLD_TIMES - 1) * Math.exp(-done / COLD_REQUESTS) : 1;
        return times * warmth / strength;
    }

    void become(Fault next) {
        if (next instanceof Fault.Dead) {
            life++;
            Set<Job> all = new LinkedHashSet<>();
            for (Iterator<Job> cut = running.iterator(); cut.hasNext(); cut.remove()) {
                all.add(cut.next());
            }
            all.addAll(queue);
            queue.clear();
            all.stream().filter(job -> !job.gone).forEach(job -> fail(job, Outcome.CUT, 0.1));
        }
        fault = next;
        work();
    }

    /** An active check: a small HTTP request, answered by a thread of its own. */
    CheckResult check() {
        return switch (fault) {
            case Fault.Dead dead -> CheckResult.NO_CONNECTION;
            case Fault.Frozen frozen -> CheckResult.TIMEOUT;
            default -> CheckResult.GOOD;
        };
    }

    double strength() {
        return strength;
    }

    double busyMillis() {
        return busyMillis;
    }

    long requests() {
        return requests;
    }

    static long nanos(double millis) {
        return Math.round(millis * 1e6);
    }
}
