package dev.ebb.gateway;

import dev.ebb.balance.Backoff;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.CheckResult;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks all of one service's instances actively, whatever their role, and hands each result to
 * every event loop. Runs on the home loop. An instance that has never been well is checked more
 * often, so that a new one gets its traffic soon.
 */
final class HealthChecks {
    /** Between checks of an instance that has never been well, at most. */
    private static final Duration EAGER = Duration.ofMillis(250);

    private final GatewayLoop home;
    private final int service;
    private final CheckPolicy policy;
    private final Map<InstanceId, Subject> subjects = new HashMap<>();
    private boolean closed;

    HealthChecks(GatewayLoop home, int service, CheckPolicy policy) {
        this.home = home;
        this.service = service;
        this.policy = policy;
    }

    private final class Subject {
        private final Endpoint endpoint;
        private boolean everGood;
        private @Nullable ScheduledFuture<?> next;

        Subject(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        private void check() {
            if (!current()) {
                return;
            }
            long started = System.nanoTime();
            Probe.run(home.service(service), endpoint, policy, result -> done(result, started));
        }

        private boolean current() {
            return !closed && subjects.get(endpoint.id()) == this;
        }

        private void done(CheckResult result, long startedNanos) {
            if (!current()) {
                return;
            }
            everGood |= result == CheckResult.GOOD;
            long now = System.nanoTime();
            home.service(service).checked(endpoint.id(), result, now);
            home.tellOthers(loop ->
                    loop.service(service).checked(endpoint.id(), result, System.nanoTime()));
            long interval = policy.interval().toNanos();
            if (!everGood) {
                interval = Math.min(interval, EAGER.toNanos());
            }
            long wait = Backoff.jittered(interval, policy.jitter(), home.random());
            schedule(Math.max(1_000_000, wait - (now - startedNanos)));
        }

        private void schedule(long nanos) {
            next = home.eventLoop().schedule(this::check, nanos, TimeUnit.NANOSECONDS);
        }

        private void cancel() {
            ScheduledFuture<?> waiting = next;
            if (waiting != null) {
                waiting.cancel(false);
            }
        }
    }

    /** On the home loop, after the balancer has taken the snapshot. */
    void apply(EndpointSnapshot snapshot) {
        if (closed) {
            return;
        }
        var gone = new HashSet<>(subjects.keySet());
        for (Endpoint endpoint : snapshot.endpoints()) {
            gone.remove(endpoint.id());
            Subject known = subjects.get(endpoint.id());
            boolean same =
                    known != null
                            && known.endpoint.port() == endpoint.port()
                            && known.endpoint.host().equals(endpoint.host());
            if (!same) {
                if (known != null) {
                    known.cancel();
                }
                var subject = new Subject(endpoint);
                subjects.put(endpoint.id(), subject);
                // At once, but not thousands in one turn.
                long spread = Math.min(policy.interval().toNanos(), subjects.size() * 100_000L);
                subject.schedule(Backoff.spread(spread, home.random()));
            }
        }
        for (InstanceId id : gone) {
            Subject subject = subjects.remove(id);
            if (subject != null) {
                subject.cancel();
            }
        }
    }

    void close() {
        closed = true;
        subjects.values().forEach(Subject::cancel);
        subjects.clear();
    }
}
