package dev.ebb.platform.process;

import dev.ebb.core.InstanceId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings instances to an end: all their processes are asked (SIGTERM, and SIGCONT so that a stopped
 * one hears it), and after the grace made to (SIGKILL). Whole process groups are signalled, so that
 * a shell's children end with it; what left the session is found by its token. One background
 * thread, which looks every {@value #LOOK_MILLIS} ms while anything is ending, and not otherwise.
 * At most one ending per instance. Safe for use by several threads.
 */
final class Endings implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Endings.class);
    private static final long LOOK_MILLIS = 50;

    private final Proc proc;
    private final String bootId;
    private final Consumer<InstanceId> onEnded;
    private final Map<InstanceId, Ending> endings = new HashMap<>();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("ebb-endings").factory());
    private boolean looking;

    /**
     * @param onEnded told of each instance of which nothing is left; called on this thread
     */
    Endings(Proc proc, String bootId, Consumer<InstanceId> onEnded) {
        this.proc = proc;
        this.bootId = bootId;
        this.onEnded = onEnded;
    }

    /**
     * Begins to end whatever is left of an instance. Where an ending is under way already, only a
     * shorter grace makes a difference.
     */
    synchronized void begin(Ending.Target target, Duration grace) {
        if (thread.isShutdown()) {
            return;
        }
        long killAt = System.nanoTime() + grace.toNanos();
        Ending earlier = endings.get(target.id());
        if (earlier != null) {
            earlier.hurry(killAt);
            return;
        }
        endings.put(target.id(), new Ending(proc, bootId, target, killAt));
        if (!looking) {
            looking = true;
            thread.execute(this::lookAtAll);
        }
    }

    synchronized boolean isEnding(InstanceId id) {
        return endings.containsKey(id);
    }

    synchronized boolean isIdle() {
        return endings.isEmpty();
    }

    private void lookAtAll() {
        // One table for all: reading it is what costs.
        var table = new ProcessTable(proc);
        long now = System.nanoTime();
        for (Ending ending : underWay()) {
            try {
                if (ending.look(table, now)) {
                    remove(ending);
                }
            } catch (RuntimeException e) {
                LOG.error("ending {} goes wrong; trying again", ending.id(), e);
            }
        }
        synchronized (this) {
            looking = !endings.isEmpty() && !thread.isShutdown();
            if (looking) {
                Future<?> _ = thread.schedule(this::lookAtAll, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void remove(Ending ending) {
        synchronized (this) {
            endings.remove(ending.id());
        }
        onEnded.accept(ending.id());
    }

    private synchronized List<Ending> underWay() {
        return List.copyOf(endings.values());
    }

    /** Leaves what has not ended as it is. */
    @Override
    public synchronized void close() {
        thread.shutdownNow();
    }
}
