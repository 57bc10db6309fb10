package dev.ebb.sim.balancer;

import dev.ebb.balance.AdmissionQueue;
import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.Balancer;
import dev.ebb.balance.Candidate;
import dev.ebb.balance.Ejection;
import dev.ebb.balance.EndpointStats;
import dev.ebb.balance.Hashing;
import dev.ebb.balance.HealthListener;
import dev.ebb.balance.HedgeDelay;
import dev.ebb.balance.LoopShare;
import dev.ebb.balance.Outcome;
import dev.ebb.balance.Pick;
import dev.ebb.balance.Priority;
import dev.ebb.balance.RetryBudget;
import dev.ebb.balance.Tried;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * One event loop: picks with the real balancer, sends, retries as the real gateway does (refused
 * connects always, other failures within the budget), hedges, lets wait what finds no room, and
 * gives up after five seconds.
 */
final class SimGateway implements HealthListener {
    static final double TIMEOUT_MILLIS = 5000;

    static final int LOOPS = 2;

    private final Events events;
    private final RandomGenerator random;
    private final Setup setup;
    private final Map<InstanceId, SimInstance> instances;
    private final List<SimGateway> all;
    private final Balancer balancer;
    private final RetryBudget budget;
    private final BiConsumer<Long, Boolean> onDone;
    private final RetryBudget hedgeBudget;
    private final HedgeDelay hedgeDelay;
    private final AdmissionQueue<Request> queue;
    private BiConsumer<Long, InstanceId> onPlaced = (key, instance) -> {};
    private int ejections;
    private long retries;
    private long hedges;

    /**
     * @param all the loops, this one included, which hear of each other's ejections
     * @param onDone takes the time at which a request came in, and whether it was answered well
     */
    SimGateway(
            Events events,
            RandomGenerator random,
            Setup setup,
            Map<InstanceId, SimInstance> instances,
            List<SimGateway> all,
            BiConsumer<Long, Boolean> onDone) {
        this.events = events;
        this.random = random;
        this.setup = setup;
        this.instances = instances;
        this.all = all;
        this.onDone = onDone;
        BalancePolicy policy = setup.policy();
        LoopShare share = new LoopShare(all.size(), LOOPS);
        balancer = new Balancer(policy, share, setup.detection(), id -> new EndpointStats(), this);
        budget = new RetryBudget(policy.retry(), LOOPS, 0);
        hedgeBudget = new RetryBudget(policy.hedge(), 0);
        hedgeDelay = new HedgeDelay(policy.hedge());
        queue = new AdmissionQueue<>(policy.queue(), share, request -> request.end(false));
        events.every(SimInstance.nanos(100), this::admit);
    }

    /** Has this told of each attempt's key and instance. */
    void onPlaced(BiConsumer<Long, InstanceId> listener) {
        onPlaced = listener;
    }

    Balancer balancer() {
        return balancer;
    }

    int ejections() {
        return ejections;
    }

    long retries() {
        return retries;
    }

    long hedges() {
        return hedges;
    }

    /**
     * @param key by which it is placed; {@link Hashing#NONE} for none
     */
    void request(double millis, long key) {
        budget.request(events.now());
        hedgeBudget.request(events.now());
        Request request = new Request(millis, key, events.now());
        if (queue.isEmpty()) {
            request.attempt();
        } else {
            request.await();
        }
    }

    /** What waits gets the room that there is now. */
    private void admit() {
        queue.expire(events.now());
        while (!queue.isEmpty() && balancer.hasRoom(events.now())) {
            Optional<Request> next =
                    queue.poll(r -> balancer.hasRoom(r.tried, events.now()), events.now());
            if (next.isEmpty()) {
                break;
            }
            next.get().attempt();
        }
    }

    /** What a client asked for: ends once, whatever its attempts do. */
    private final class Request {
        private final double millis;
        private final long key;
        private final long cameNanos;
        private Tried tried = Tried.NONE;
        private final List<Attempt> going = new ArrayList<>(2);
        private boolean over;

        Request(double millis, long key, long cameNanos) {
            this.millis = millis;
            this.key = key;
            this.cameNanos = cameNanos;
        }

        void attempt() {
            switch (balancer.pick(key, tried, events.now(), random)) {
                case Pick.None(Pick.Why why) when why == Pick.Why.ALL_FULL -> await();
                case Pick.None none -> end(false);
                case Pick.Picked picked -> {
                    going.add(new Attempt(this, picked.candidate()));
                    planHedge();
                }
            }
        }

        void await() {
            if (!queue.offer(this, Priority.NORMAL, Long.MAX_VALUE, events.now())) {
                end(false);
            }
        }

        private void planHedge() {
            long delay = hedgeDelay.nanos(events.now());
            if (delay != HedgeDelay.NEVER && tried.size() == 0) {
                events.in(delay, this::hedge);
            }
        }

        private void hedge() {
            if (over || going.size() != 1 || tried.size() > 0) {
                return;
            }
            avoid(going.getFirst().candidate);
            if (balancer.isAnyUntried(tried)
                    && hedgeBudget.tryRetry(events.now())
                    && balancer.pickOther(key, tried, events.now(), random)
                            instanceof Pick.Picked picked) {
                hedges++;
                avoid(picked.candidate());
                going.add(new Attempt(this, picked.candidate()));
            }
        }

        private void avoid(Candidate candidate) {
            tried = tried == Tried.NONE ? Tried.create() : tried;
            tried.add(candidate);
        }

        void ended(Attempt attempt, Outcome outcome) {
            going.remove(attempt);
            if (!outcome.failure()) {
                end(true);
            } else if (!going.isEmpty()) {
                return;
            } else if (mayRetry(outcome)) {
                retries++;
                avoid(attempt.candidate);
                attempt();
            } else {
                end(false);
            }
        }

        private boolean mayRetry(Outcome outcome) {
            int attempts = setup.policy().retry().maxAttempts();
            if (!setup.retries() || outcome == Outcome.TIMEOUT || tried.size() + 1 >= attempts) {
                return false;
            }
            return outcome == Outcome.REFUSED || budget.tryRetry(events.now());
        }

        void end(boolean well) {
            over = true;
            List.copyOf(going).forEach(Attempt::giveUp);
            onDone.accept(cameNanos, well);
        }
    }

    /** One try, which ends once: by an answer, by the timeout, or because another was faster. */
    private final class Attempt {
        private final Request request;
        private final Candidate candidate;
        private final SimInstance.Job job;
        private final long startNanos = events.now();
        private boolean over;

        Attempt(Request request, Candidate candidate) {
            this.request = request;
            this.candidate = candidate;
            onPlaced.accept(request.key, candidate.id());
            SimInstance instance = instances.get(candidate.id());
            if (instance == null) {
                throw new IllegalStateException("picked an instance that is not there");
            }
            job = new SimInstance.Job(request.millis, this::end);
            events.in(SimInstance.nanos(0.1), () -> instance.take(job));
            events.in(
                    SimInstance.nanos(TIMEOUT_MILLIS),
                    () -> {
                        if (!over) {
                            job.abandon();
                            end(Outcome.TIMEOUT);
                        }
                    });
        }

        private void end(Outcome outcome) {
            if (over) {
                return;
            }
            over = true;
            long now = events.now();
            boolean answered = outcome == Outcome.OK || outcome == Outcome.GATEWAY_ERROR;
            if (answered) {
                balancer.answered(candidate, outcome, startNanos, now);
                // Of the first attempt, even if it lost.
                long first = request.going.isEmpty() ? now : request.going.getFirst().startNanos;
                hedgeDelay.record(now - first, now);
            }
            balancer.finished(candidate, outcome, answered, startNanos, now);
            request.ended(this, outcome);
            admit();
        }

        private void giveUp() {
            over = true;
            job.abandon();
            balancer.finished(candidate, Outcome.CANCELLED, false, startNanos, events.now());
        }
    }

    @Override
    public void changed(Candidate candidate, Health health, Reason reason) {
        ejections += health == Health.EJECTED ? 1 : 0;
    }

    @Override
    public void ejected(Candidate candidate, Ejection ejection) {
        for (SimGateway other : all) {
            if (other != this) {
                events.in(0, () -> other.balancer.follow(candidate.id(), ejection, events.now()));
            }
        }
    }
}
