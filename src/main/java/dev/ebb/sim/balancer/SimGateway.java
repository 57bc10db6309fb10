package dev.ebb.sim.balancer;

import dev.ebb.balance.Balancer;
import dev.ebb.balance.Candidate;
import dev.ebb.balance.Ejection;
import dev.ebb.balance.EndpointStats;
import dev.ebb.balance.HealthListener;
import dev.ebb.balance.Outcome;
import dev.ebb.balance.Pick;
import dev.ebb.balance.RetryBudget;
import dev.ebb.balance.Tried;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * One event loop: picks with the real balancer, sends, retries as the real gateway does (refused
 * connects always, other failures within the budget), and gives up after five seconds.
 */
final class SimGateway implements HealthListener {
    static final double TIMEOUT_MILLIS = 5000;

    private final Events events;
    private final RandomGenerator random;
    private final Setup setup;
    private final Map<InstanceId, SimInstance> instances;
    private final List<SimGateway> all;
    private final Balancer balancer;
    private final RetryBudget budget;
    private final BiConsumer<Long, Boolean> onDone;
    private int ejections;
    private long retries;

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
        this.balancer =
                new Balancer(setup.policy(), setup.detection(), id -> new EndpointStats(), this);
        this.budget = new RetryBudget(setup.policy().retry(), 2, 0);
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

    void request(double millis) {
        budget.request(events.now());
        attempt(millis, events.now(), Tried.NONE);
    }

    private void attempt(double millis, long cameNanos, Tried tried) {
        switch (balancer.pick(tried, events.now(), random)) {
            case Pick.None none -> onDone.accept(cameNanos, false);
            case Pick.Picked picked -> new Attempt(picked.candidate(), millis, cameNanos, tried);
        }
    }

    /** One try, which ends once: by an answer or by the timeout. */
    private final class Attempt {
        private final Candidate candidate;
        private final double millis;
        private final long cameNanos;
        private final Tried tried;
        private final long startNanos = events.now();
        private boolean over;

        Attempt(Candidate candidate, double millis, long cameNanos, Tried tried) {
            this.candidate = candidate;
            this.millis = millis;
            this.cameNanos = cameNanos;
            this.tried = tried;
            SimInstance instance = instances.get(candidate.id());
            if (instance == null) {
                throw new IllegalStateException("picked an instance that is not there");
            }
            SimInstance.Job job = new SimInstance.Job(millis, this::end);
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
            }
            balancer.finished(candidate, outcome, answered, startNanos, now);
            if (!outcome.failure()) {
                onDone.accept(cameNanos, true);
            } else if (mayRetry(outcome)) {
                retries++;
                Tried more = tried == Tried.NONE ? Tried.create() : tried;
                more.add(candidate);
                attempt(millis, cameNanos, more);
            } else {
                onDone.accept(cameNanos, false);
            }
        }

        private boolean mayRetry(Outcome outcome) {
            int attempts = setup.policy().retry().maxAttempts();
            if (!setup.retries() || outcome == Outcome.TIMEOUT || tried.size() + 1 >= attempts) {
                return false;
            }
            return outcome == Outcome.REFUSED || budget.tryRetry(events.now());
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
