package dev.ebb.bench.proxy;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.HdrHistogram.Histogram;

/**
 * Opens the connections, then sends requests when they are due, over the connection that has been
 * idle for longest, so that all take part. When none is idle, a request waits and its latency goes
 * on counting. Everything happens on one event loop. Times are in nanoseconds.
 */
final class OpenLoopRun implements LoadClient.Owner {
    private static final long LEAD = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LAST_ANSWERS = TimeUnit.SECONDS.toNanos(3);
    private static final long CONNECTING = TimeUnit.SECONDS.toNanos(60);
    private static final int OPENING_AT_ONCE = 32;
    private static final int MOST_WAITING = 100_000;
    private static final int MOST_REOPENED = 10_000;

    private final LoadOrder order;
    private final EventLoop loop;
    private final LoadConnector connector;
    private final double gap;
    private final CompletableFuture<LoadResult> result = new CompletableFuture<>();
    private final Histogram nanos = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
    private final Set<LoadClient> open = new HashSet<>();
    private final ArrayDeque<LoadClient> idle = new ArrayDeque<>();
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();
    private int begun;
    private boolean sending;
    private boolean ending;
    private long first;
    private long measured;
    private long number;
    private long due;
    private long answered;
    private long failed;
    private int reopened;

    OpenLoopRun(LoadOrder order, EventLoop loop) throws SSLException {
        this.order = order;
        this.loop = loop;
        connector = new LoadConnector(order, loop, this);
        gap = 1e9 / order.rate();
    }

    CompletableFuture<LoadResult> begin() {
        loop.execute(() -> {
            for (int i = 0; i < Math.min(OPENING_AT_ONCE, order.connections()); i++) {
                openNext();
            }
        });
        loop.schedule(this::checkOpen, CONNECTING, TimeUnit.NANOSECONDS);
        return result;
    }

    private void openNext() {
        begun++;
        connector.open(this::giveUp);
    }

    private void checkOpen() {
        if (!sending && !ending) {
            giveUp(new IllegalStateException(idle.size() + " connections after 60 s"));
        }
    }

    private void giveUp(Throwable why) {
        ending = true;
        result.completeExceptionally(why);
        Set.copyOf(open).forEach(LoadClient::close);
    }

    @Override
    public void ready(LoadClient client) {
        if (ending) {
            client.close();
            return;
        }
        open.add(client);
        if (sending) {
            next(client);
            return;
        }
        idle.add(client);
        if (begun < order.connections()) {
            openNext();
        } else if (idle.size() == order.connections()) {
            sending = true;
            first = System.nanoTime();
            measured = first + LEAD;
            loop.schedule(OpenLoopRun::sayMeasuring, LEAD, TimeUnit.NANOSECONDS);
            tick();
        }
    }

    private static void sayMeasuring() {
        System.out.println("measuring");
        System.out.flush();
    }

    private void tick() {
        long end = measured + (long) (order.seconds() * 1e9);
        long at = dueAt();
        while (at - System.nanoTime() <= 0 && at - end < 0) {
            request(at);
            number++;
            at = dueAt();
        }
        if (at - end < 0) {
            loop.schedule(this::tick, at - System.nanoTime(), TimeUnit.NANOSECONDS);
        } else {
            loop.schedule(this::finish, LAST_ANSWERS, TimeUnit.NANOSECONDS);
            finishIfDone();
        }
    }

    private long dueAt() {
        return first + (long) (number * gap);
    }

    private void request(long at) {
        if (at - measured >= 0) {
            due++;
        }
        LoadClient client = idle.poll();
        if (client != null) {
            client.send(at);
        } else if (waiting.size() < MOST_WAITING) {
            waiting.add(at);
        } else {
            count(at, false);
        }
    }

    @Override
    public void ended(LoadClient client, long at, boolean good) {
        count(at, good);
        if (!client.isClosed()) {
            next(client);
        }
        finishIfDone();
    }

    private void count(long at, boolean good) {
        if (at - measured < 0) {
            return;
        }
        if (good) {
            answered++;
            nanos.recordValue(Math.min(System.nanoTime() - at, nanos.getHighestTrackableValue()));
        } else {
            failed++;
        }
    }

    private void next(LoadClient client) {
        Long at = waiting.poll();
        if (at == null) {
            idle.add(client);
        } else {
            client.send(at);
        }
    }

    @Override
    public void closed(LoadClient client) {
        open.remove(client);
        idle.remove(client);
        if (!ending && reopened++ < MOST_REOPENED) {
            connector.open(this::giveUp);
        }
    }

    private void finishIfDone() {
        if (sending && dueAt() - measured >= order.seconds() * 1e9 && answered + failed == due) {
            finish();
        }
    }

    private void finish() {
        if (ending) {
            return;
        }
        ending = true;
        Set.copyOf(open).forEach(LoadClient::close);
        result.complete(new LoadResult(due, answered, due - answered, reopened, nanos));
    }
}
