package dev.ebb.cli;

import dev.ebb.console.View;
import dev.ebb.control.Clock;
import dev.ebb.control.Controller;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.Order;
import dev.ebb.control.Order.Answer;
import dev.ebb.core.Now;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that drives the controller: a step each tick, on a grid that does not drift; ticks
 * that are missed fall out. Orders and exits of instances wake it early. All methods may be called
 * by any thread; every wait has a limit.
 */
final class ControlLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);
    private static final int ORDERS_MAX = 64;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    /** An early step comes this long after the one before at the soonest. */
    private static final Duration BREATH = Duration.ofMillis(50);

    private final Controller controller;
    private final Clock clock;
    private final long tickNanos;
    private final BlockingQueue<Task> tasks = new ArrayBlockingQueue<>(ORDERS_MAX);
    private final CountDownLatch recovered = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private final AtomicLong lastWakeNanos;
    private volatile Optional<Boolean> endKeeping = Optional.empty();
    private volatile View.Loop figures;
    private volatile long lastEndNanos;
    private volatile Optional<String> fault = Optional.empty();

    private sealed interface Task {
        record Ordered(Order order, CompletableFuture<Answer> answer) implements Task {}

        record Note(JournalEntry.OfEbb entry) implements Task {}

        record Wake() implements Task {}
    }

    ControlLoop(Controller controller, Clock clock, Duration tick) {
        this.controller = controller;
        this.clock = clock;
        this.tickNanos = tick.toNanos();
        this.figures = new View.Loop(0, 0, 0, 0, 0);
        this.lastEndNanos = System.nanoTime();
        this.lastWakeNanos = new AtomicLong(lastEndNanos - tickNanos);
        this.thread = new Thread(this::run, "control");
    }

    /** Recovers, and begins to tick. Waits until recovery is done. */
    void start() throws InterruptedException {
        thread.start();
        recovered.await();
    }

    /** Hands an order over, and waits for its answer for a few seconds. */
    Answer order(Order order) {
        var answer = new CompletableFuture<Answer>();
        if (endKeeping.isPresent() || ended.getCount() == 0) {
            return new Answer.Refused("Ebb is ending");
        }
        if (!tasks.offer(new Task.Ordered(order, answer))) {
            return new Answer.Refused("too many orders wait already; try again");
        }
        try {
            return answer.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Answer.Refused(
                    "no answer within %d s; it may yet be carried out, see: ebb status"
                            .formatted(ANSWER_MAX.toSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Refused("interrupted");
        } catch (ExecutionException e) {
            return new Answer.Refused("it failed: " + e.getCause());
        }
    }

    /** Has it put on record soon; a full queue, or the end, may swallow it. */
    void note(JournalEntry.OfEbb entry) {
        var _ = tasks.offer(new Task.Note(entry));
    }

    /**
     * An instance has ended, and the next step should not wait for its tick. At most once a tick:
     * instances that end at once, again and again, are started at the pace of ticks.
     */
    void wake() {
        long now = System.nanoTime();
        long last = lastWakeNanos.get();
        if (now - last >= tickNanos && lastWakeNanos.compareAndSet(last, now)) {
            // A full queue wakes it, too.
            var _ = tasks.offer(new Task.Wake());
        }
    }

    /** Ends the instances, or leaves them, and then the loop. Returns whether it was in time. */
    boolean finish(boolean keepInstances, Duration limit) throws InterruptedException {
        if (endKeeping.isEmpty()) {
            endKeeping = Optional.of(keepInstances);
        }
        var _ = tasks.offer(new Task.Wake());
        return ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    View.Loop figures() {
        View.Loop f = figures;
        return new View.Loop(
                f.ticks(),
                f.skipped(),
                f.lastTickNanos(),
                f.longestTickNanos(),
                System.nanoTime() - lastEndNanos);
    }

    /** What is wrong with the loop itself. */
    Optional<String> trouble() {
        Duration since = Duration.ofNanos(System.nanoTime() - lastEndNanos);
        Duration limit = Duration.ofNanos(Math.max(10 * tickNanos, 10_000_000_000L));
        return since.compareTo(limit) > 0 ? Optional.of("no tick for " + Texts.span(since)) : fault;
    }

    private void run() {
        try {
            controller.recover(clock.now());
            recovered.countDown();
            long due = System.nanoTime();
            while (endKeeping.isEmpty()) {
                step();
                due = next(due);
                rest(due);
            }
            while (!controller.shutdown(clock.now(), endKeeping.orElse(false))) {
                lastEndNanos = System.nanoTime();
                Task task = tasks.poll(BREATH.toMillis(), TimeUnit.MILLISECONDS);
                refuse(task == null ? new Task.Wake() : task);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fault = Optional.of("the control loop ended: " + e);
            LOG.error("the control loop ended", e);
        } finally {
            recovered.countDown();
            ended.countDown();
            tasks.forEach(ControlLoop::refuse);
        }
    }

    private static void refuse(Task task) {
        if (task instanceof Task.Ordered ordered) {
            ordered.answer().complete(new Answer.Refused("Ebb is ending"));
        }
    }

    /** A mistake of ours must not end the watch over instances that live. */
    private void step() {
        Now now = clock.now();
        try {
            controller.step(now);
            fault = Optional.empty();
        } catch (RuntimeException e) {
            fault = Optional.of("the last tick failed: " + e + "; please report it");
            LOG.error("a tick failed", e);
        }
        lastEndNanos = System.nanoTime();
        long took = lastEndNanos - now.monotonicNanos();
        View.Loop f = figures;
        figures =
                new View.Loop(
                        f.ticks() + 1, f.skipped(), took, Math.max(f.longestTickNanos(), took), 0);
    }

    /** The next point of the grid that is still to come. */
    private long next(long due) {
        long behind = System.nanoTime() - due;
        if (behind < 0) {
            // An early step; the grid stays as it is.
            return due;
        }
        long missed = behind / tickNanos;
        if (missed > 0) {
            View.Loop f = figures;
            figures =
                    new View.Loop(
                            f.ticks(),
                            f.skipped() + missed,
                            f.lastTickNanos(),
                            f.longestTickNanos(),
                            0);
        }
        return due + (missed + 1) * tickNanos;
    }

    /** Until it is due; orders are carried out meanwhile, and may make it due earlier. */
    private void rest(long due) throws InterruptedException {
        long until = due;
        while (endKeeping.isEmpty()) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return;
            }
            Task task = tasks.poll(left, TimeUnit.NANOSECONDS);
            if (task instanceof Task.Ordered ordered) {
                carryOut(ordered);
            } else if (task instanceof Task.Note(JournalEntry.OfEbb entry)) {
                controller.note(entry);
            }
            if (task != null) {
                until =
                        Math.min(
                                until,
                                Math.max(System.nanoTime(), lastEndNanos + BREATH.toNanos()));
            }
        }
    }

    private void carryOut(Task.Ordered ordered) {
        try {
            ordered.answer().complete(controller.order(ordered.order(), clock.now()));
        } catch (RuntimeException e) {
            LOG.error("an order failed: {}", ordered.order(), e);
            ordered.answer().complete(new Answer.Refused("it failed: " + e));
        }
    }
}
