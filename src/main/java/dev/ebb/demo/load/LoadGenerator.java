package dev.ebb.demo.load;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends GET requests in an open loop: when each is due depends on the rate alone, never on how the
 * ones before fared, and its latency counts from when it was due. So a service that stalls shows in
 * the figures in full ("coordinated omission" does not occur). The rate may change while it runs.
 * Each request is sent once at most; every one that was due ends in exactly one {@link Outcome}.
 * Safe for use by several threads.
 *
 * @see <a href="https://github.com/giltene/wrk2#acknowledgements">wrk2 on coordinated omission</a>
 */
public final class LoadGenerator implements AutoCloseable {
    private static final int MOST_WAITING = 20_000;
    private static final long IDLE_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final LoadOptions options;
    private final LoadTally tally = new LoadTally();
    private final Semaphore slots;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong ids = new AtomicLong();
    private final BlockingDeque<Idle> idle = new LinkedBlockingDeque<>();
    private final Thread dispatcher;
    private volatile Ramp ramp = new Ramp(0, 0, 0, 0);
    private volatile boolean running = true;

    private record Idle(ClientConnection connection, long sinceNanos) {}

    /** The rate, going evenly from one value to another; requests per second. */
    private record Ramp(double from, double to, long beginNanos, long lengthNanos) {
        double at(long nowNanos) {
            // The dispatcher may be a little behind the moment at which this ramp began.
            long spent = Math.max(0, nowNanos - beginNanos);
            return spent >= lengthNanos ? to : from + (to - from) * spent / lengthNanos;
        }
    }

    /** Ready to send, at a rate of 0. */
    public LoadGenerator(LoadOptions options) {
        this.options = options;
        slots = new Semaphore(options.mostInFlight(), true);
        dispatcher = Thread.ofPlatform().name("load").daemon().start(this::dispatch);
    }

    /** From now on, and reached in even steps within {@code within}: this rate. */
    public void rate(double perSecond, Duration within) {
        if (!(perSecond >= 0)) {
            throw new IllegalArgumentException("a rate is 0 or more: " + perSecond);
        }
        long now = System.nanoTime();
        ramp = new Ramp(ramp.at(now), perSecond, now, within.toNanos());
    }

    /** The rate at this moment, in requests per second. */
    public double rate() {
        return ramp.at(System.nanoTime());
    }

    public LoadCounts counts() {
        return tally.counts();
    }

    /** A latency in milliseconds; {@code percent} of the requests took no longer. */
    public double percentileMillis(double percent) {
        return tally.percentileMillis(percent);
    }

    /** The 99th percentile in milliseconds since this was last asked. For one caller. */
    public double p99MillisSinceLast() {
        return tally.p99MillisSinceLast();
    }

    /** No request is due from now on; waits until all that were have ended, within their limits. */
    public void stop() {
        running = false;
        boolean interrupted = false;
        long end = System.nanoTime() + options.timeout().plusSeconds(1).toNanos();
        while ((dispatcher.isAlive() || pending.get() > 0) && System.nanoTime() < end) {
            LockSupport.parkNanos(this, IDLE_LOOK_NANOS);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        for (Idle next = idle.poll(); next != null; next = idle.poll()) {
            next.connection().close();
        }
    }

    /** Goes through the time in steps, and sums up the rate: at each whole one a request is due. */
    private void dispatch() {
        long at = System.nanoTime();
        double part = 0;
        while (running) {
            long now = System.nanoTime();
            double perNano = ramp.at(at) / 1e9;
            double next = (1 - part) / perNano;
            if (next <= (double) (now - at)) {
                at += (long) next;
                part = 0;
                launch(at);
            } else {
                part = Math.min(0.999, part + perNano * (double) (now - at));
                at = now;
                LockSupport.parkNanos(this, (long) Math.min((double) IDLE_LOOK_NANOS, next));
            }
        }
    }

    private void launch(long dueNanos) {
        tally.due();
        if (pending.incrementAndGet() > MOST_WAITING) {
            pending.decrementAndGet();
            tally.ended(Outcome.CLIENT_OVERLOAD, System.nanoTime() - dueNanos);
            return;
        }
        Thread.ofVirtual()
                .start(() -> {
                    Outcome outcome = Outcome.CLIENT_OVERLOAD;
                    try {
                        outcome = send(dueNanos);
                    } finally {
                        tally.ended(outcome, System.nanoTime() - dueNanos);
                        pending.decrementAndGet();
                    }
                });
    }

    private Outcome send(long dueNanos) {
        long latest = dueNanos + options.mostWait().toNanos();
        try {
            if (!slots.tryAcquire(latest - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return Outcome.CLIENT_OVERLOAD;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Outcome.CLIENT_OVERLOAD;
        }
        try {
            return exchange(dueNanos + options.timeout().toNanos());
        } finally {
            slots.release();
        }
    }

    private Outcome exchange(long deadlineNanos) {
        ClientConnection connection;
        try {
            connection = connection(deadlineNanos);
        } catch (IOException e) {
            return Outcome.CONNECT;
        }
        String id = Long.toString(ids.incrementAndGet());
        Outcome outcome = connection.exchange(request(id), id, deadlineNanos);
        if (connection.isReusable()) {
            idle.addFirst(new Idle(connection, System.nanoTime()));
        } else {
            connection.close();
        }
        return outcome;
    }

    private String request(String id) {
        return "GET "
                + options.path()
                + " HTTP/1.1\r\nHost: "
                + options.host()
                + "\r\nUser-Agent: ebb-demo\r\nX-Request-Id: "
                + id
                + "\r\n\r\n";
    }

    /** The connection used last, if it still serves; so that those not needed grow old and go. */
    private ClientConnection connection(long deadlineNanos) throws IOException {
        dropOldest();
        for (Idle next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            if (!isOld(next) && !next.connection().isStale()) {
                return next.connection();
            }
            next.connection().close();
        }
        return ClientConnection.open(options.target(), deadlineNanos);
    }

    private void dropOldest() {
        Idle oldest = idle.pollLast();
        if (oldest == null) {
            return;
        }
        if (isOld(oldest)) {
            oldest.connection().close();
        } else {
            idle.addLast(oldest);
        }
    }

    private boolean isOld(Idle connection) {
        return System.nanoTime() - connection.sinceNanos() > options.idle().toNanos();
    }
}
