package dev.ebb.sim;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Platform;
import dev.ebb.control.Ports;
import dev.ebb.control.QuerySource;
import dev.ebb.core.Allowance;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * The ports of one life of Ebb, as the witness sees them. At any call Ebb may die, and at any call
 * the world may have moved on, as it does when a step takes long. Single-threaded.
 */
final class WatchedPorts {
    private final World world;
    private final CrashPoint crash;
    private final SplittableRandom random;
    private final boolean stopsAtOnce;
    private double slowSteps;

    /**
     * @param stopsAtOnce whether a stop takes effect when it reaches the platform
     * @param slowSteps share of the calls during which the world moves on, 0 to 1
     */
    WatchedPorts(
            World world,
            CrashPoint crash,
            boolean stopsAtOnce,
            double slowSteps,
            SplittableRandom random) {
        this.stopsAtOnce = stopsAtOnce;
        this.world = world;
        this.crash = crash;
        this.slowSteps = slowSteps;
        this.random = random;
    }

    Ports over(
            Platform platform,
            EndpointSink sink,
            MetricSource metrics,
            Journal journal,
            QuerySource queries) {
        return new Ports(
                new WatchedPlatform(platform),
                new WatchedSink(sink),
                new WatchedMetrics(metrics),
                new WatchedJournal(journal),
                watched(queries));
    }

    private QuerySource watched(QuerySource inner) {
        return service ->
                call(
                        "ask",
                        () -> {
                            List<QueryReading> answers = inner.read(service);
                            world.witness.answered(service, answers);
                            return answers;
                        });
    }

    /** From here on steps take no time. */
    void quick() {
        slowSteps = 0;
    }

    private <T> T call(String where, Supplier<T> effect) {
        crash.before(where);
        if (slowSteps > 0 && random.nextDouble() < slowSteps) {
            long later = random.nextLong(5_000_000, 150_000_000);
            world.advanceTo(world.clock.nanos() + later);
        }
        T result = effect.get();
        crash.after(where);
        return result;
    }

    private void run(String where, Runnable effect) {
        call(
                where,
                () -> {
                    effect.run();
                    return true;
                });
    }

    private final class WatchedPlatform implements Platform {
        private final Platform inner;

        WatchedPlatform(Platform inner) {
            this.inner = inner;
        }

        @Override
        public Planned plan(InstanceId id, Now now) {
            return call("plan " + id, () -> inner.plan(id, now));
        }

        @Override
        public Started start(LaunchIntent intent) {
            return call(
                    "start",
                    () -> {
                        world.witness.starting(intent);
                        Started result = inner.start(intent);
                        world.witness.started(intent, result);
                        return result;
                    });
        }

        @Override
        public void stop(InstanceId id, Duration grace) {
            run(
                    "stop",
                    () -> {
                        world.witness.stopping(id);
                        if (stopsAtOnce) {
                            world.witness.ending(id);
                        }
                        inner.stop(id, grace);
                    });
        }

        @Override
        public Map<InstanceId, Liveness> look() {
            return call("look", inner::look);
        }

        @Override
        public Map<InstanceId, String> adopt(Collection<Known> known) {
            return call("adopt", () -> inner.adopt(known));
        }

        @Override
        public Outside outside(ServiceName service, int nextOrdinal, Now now) {
            return inner.outside(service, nextOrdinal, now);
        }

        @Override
        public void forget(InstanceId id) {
            run("forget", () -> inner.forget(id));
        }

        @Override
        public Optional<String> zone(InstanceId id) {
            return inner.zone(id);
        }
    }

    private final class WatchedSink implements EndpointSink {
        private final EndpointSink inner;

        WatchedSink(EndpointSink inner) {
            this.inner = inner;
        }

        @Override
        public void publish(EndpointSnapshot snapshot) {
            run(
                    "publish",
                    () -> {
                        world.witness.published(snapshot);
                        inner.publish(snapshot);
                    });
        }

        @Override
        public Report report(ServiceName service, Now now) {
            return call(
                    "report",
                    () -> {
                        Report report = inner.report(service, now);
                        world.witness.reported(service, report);
                        return report;
                    });
        }

        @Override
        public Optional<Hold> uncounted() {
            return inner.uncounted();
        }
    }

    private final class WatchedMetrics implements MetricSource {
        private final MetricSource inner;

        WatchedMetrics(MetricSource inner) {
            this.inner = inner;
        }

        @Override
        public Metrics read(Collection<InstanceId> instances, Now now) {
            return call(
                    "read",
                    () -> {
                        Metrics metrics = inner.read(instances, now);
                        world.witness.measured(metrics);
                        return metrics;
                    });
        }

        @Override
        public Allowance allowance(InstanceId id) {
            return inner.allowance(id);
        }
    }

    private final class WatchedJournal implements Journal {
        private final Journal inner;

        WatchedJournal(Journal inner) {
            this.inner = inner;
        }

        @Override
        public Appended append(JournalEntry entry, Durability durability) {
            return call(
                    "append",
                    () -> {
                        Appended result = inner.append(entry, durability);
                        world.witness.appended(entry, durability, result);
                        return result;
                    });
        }

        @Override
        public boolean wantsCheckpoint() {
            return inner.wantsCheckpoint();
        }

        @Override
        public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
            return call(
                    "checkpoint",
                    () -> {
                        Appended result = inner.beginSegment(checkpoint);
                        world.witness.appended(checkpoint, Durability.DURABLE, result);
                        return result;
                    });
        }

        @Override
        public List<JournalEntry> recover() {
            return call("recover", inner::recover);
        }
    }
}
