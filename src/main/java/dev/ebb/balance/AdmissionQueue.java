package dev.ebb.balance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Requests of one service on one event loop that wait because all endpoints are at their limits.
 * Bounded, in three priorities. Nothing in it was picked for an endpoint: what waits is in flight
 * nowhere. Single-threaded, times in nanoseconds.
 *
 * <p>A burst and an overload need opposite queues. A burst passes: first come, first served, with
 * patience. In an overload everybody in a patient queue waits as long as patience lasts, and is
 * answered when the client has already gone. So, after Facebook's use of CoDel with adaptive LIFO
 * (Maurer, "Fail at Scale", ACM Queue 2015; Nichols and Jacobson, "Controlling Queue Delay", 2012):
 * a queue that has not been empty for as long as the longest wait is a standing one. Then the
 * newest goes first, and what has waited longer than a short time is refused. When the queue is
 * empty once, it is patient again.
 *
 * <p>When it is full, what is newest and most important stays: a newcomer takes the place of the
 * oldest of a lower priority, in a standing queue of its own, too; else it is refused.
 *
 * @param <T> a waiting request; its identity counts
 */
public final class AdmissionQueue<T> {
    private static final int PRIORITIES = Priority.values().length;
    private static final long RATE_NANOS = 2_000_000_000L;

    /** Longest Retry-After, seconds; also when nothing at all gets through. */
    public static final int MOST_RETRY_AFTER = 30;

    private record Entry<T>(T request, long sinceNanos, long deadlineNanos) {
        boolean isLate(long nowNanos) {
            return deadlineNanos != Long.MAX_VALUE && nowNanos - deadlineNanos >= 0;
        }
    }

    private final int capacity;
    private final long patience;
    private final long shortPatience;
    private final Consumer<T> refused;
    private final ArrayDeque<Entry<T>>[] waiting = lanes();
    private int size;
    private long standingSinceNanos;

    private double admitted;
    private long admittedNanos;

    /**
     * @param refused is told of each request that was taken in and is refused after all, because of
     *     its wait or of one that is more important
     */
    public AdmissionQueue(QueuePolicy policy, LoopShare share, Consumer<T> refused) {
        capacity = policy.size() == 0 ? 0 : share.of(policy.size());
        patience = policy.longest().toNanos();
        shortPatience = policy.overloaded().toNanos();
        this.refused = refused;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Arrays know no type arguments.
    private static <T> ArrayDeque<Entry<T>>[] lanes() {
        ArrayDeque<Entry<T>>[] lanes = new ArrayDeque[PRIORITIES];
        Arrays.setAll(lanes, i -> new ArrayDeque<>());
        return lanes;
    }

    /**
     * Lets the request wait.
     *
     * @param deadlineNanos when its own time is over; {@code Long.MAX_VALUE} for never
     * @return false when it must be refused instead: there is no place
     */
    public boolean offer(T request, Priority priority, long deadlineNanos, long nowNanos) {
        if (size >= capacity) {
            shed(nowNanos);
        }
        Optional<T> victim = Optional.empty();
        if (size >= capacity) {
            victim = victimOf(priority, nowNanos);
            if (victim.isEmpty()) {
                return false;
            }
        }
        if (size == 0) {
            standingSinceNanos = nowNanos;
        }
        lane(priority).addLast(new Entry<>(request, nowNanos, deadlineNanos));
        size++;
        // Last, because whoever is told may come back with another request.
        victim.ifPresent(refused);
        return true;
    }

    private Optional<T> victimOf(Priority newcomer, long nowNanos) {
        int own = place(newcomer);
        int least = isStanding(nowNanos) ? own : own + 1;
        for (int lane = PRIORITIES - 1; lane >= least; lane--) {
            Entry<T> oldest = waiting[lane].pollFirst();
            if (oldest != null) {
                size--;
                return Optional.of(oldest.request());
            }
        }
        return Optional.empty();
    }

    /**
     * The request whose turn it is; it waits no more. Empty when none waits that fits.
     *
     * @param fits whether there is room for this one; those for which there is none keep their
     *     places
     */
    public Optional<T> poll(Predicate<T> fits, long nowNanos) {
        shed(nowNanos);
        Optional<Entry<T>> next = next(fits, nowNanos);
        while (next.isPresent() && next.get().isLate(nowNanos)) {
            // Whoever is told may come back with another request: so the search begins anew.
            refused.accept(next.get().request());
            next = next(fits, nowNanos);
        }
        if (next.isPresent()) {
            count(nowNanos);
        }
        return next.map(Entry::request);
    }

    /** The first that fits, or that is too late and comes before that. */
    private Optional<Entry<T>> next(Predicate<T> fits, long nowNanos) {
        boolean newestFirst = isStanding(nowNanos);
        for (ArrayDeque<Entry<T>> lane : waiting) {
            Iterator<Entry<T>> all = newestFirst ? lane.descendingIterator() : lane.iterator();
            while (all.hasNext()) {
                Entry<T> next = all.next();
                if (next.isLate(nowNanos) || fits.test(next.request())) {
                    all.remove();
                    size--;
                    return Optional.of(next);
                }
            }
        }
        return Optional.empty();
    }

    /** Refuses what has waited too long; the oldest come first in each lane. */
    private void shed(long nowNanos) {
        for (ArrayDeque<Entry<T>> lane : waiting) {
            Entry<T> oldest = lane.peekFirst();
            while (oldest != null && nowNanos - oldest.sinceNanos() > most(nowNanos)) {
                lane.pollFirst();
                size--;
                refused.accept(oldest.request());
                oldest = lane.peekFirst();
            }
        }
    }

    private long most(long nowNanos) {
        return isStanding(nowNanos) ? shortPatience : patience;
    }

    /**
     * Refuses what has waited too long, for its own deadline as well. Call it ten times a second or
     * so; {@link #poll} and {@link #offer} do most of it too.
     */
    public void expire(long nowNanos) {
        if (size == 0) {
            return;
        }
        shed(nowNanos);
        var late = new ArrayList<T>();
        for (ArrayDeque<Entry<T>> lane : waiting) {
            lane.removeIf(entry -> entry.isLate(nowNanos) && late.add(entry.request()));
        }
        size -= late.size();
        late.forEach(refused);
    }

    /** The client has gone: it waits no more. Nobody is told. */
    @SuppressWarnings("ReferenceEquality")
    public boolean cancel(T request) {
        for (ArrayDeque<Entry<T>> lane : waiting) {
            if (lane.removeIf(entry -> entry.request() == request)) {
                size--;
                return true;
            }
        }
        return false;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Requests that wait. */
    public int size() {
        return size;
    }

    /** Whether it has not been empty for as long as the longest wait: an overload, no burst. */
    public boolean isStanding(long nowNanos) {
        return size > 0 && nowNanos - standingSinceNanos > patience;
    }

    /**
     * When a refused client should come again, in whole seconds: the time that what waits now takes
     * at the pace of the last seconds, at least 1, and up to half as much again at random, so that
     * the refused do not come back at once and together.
     */
    public int retryAfterSeconds(long nowNanos, RandomGenerator random) {
        double perSecond = pace(nowNanos);
        double drained = size == 0 ? 0 : size / perSecond;
        int least = (int) Math.max(1, Math.min(MOST_RETRY_AFTER, Math.ceil(drained)));
        int spread = Math.max(1, least / 2);
        return Math.min(MOST_RETRY_AFTER, least + random.nextInt(spread + 1));
    }

    /** Admitted a second, as an exponential average over two seconds; 0 when nothing was. */
    private double pace(long nowNanos) {
        double fading = Math.exp(-(double) Math.max(0, nowNanos - admittedNanos) / RATE_NANOS);
        return admitted * fading / (RATE_NANOS / 1e9);
    }

    private void count(long nowNanos) {
        long passed = Math.max(0, nowNanos - admittedNanos);
        admitted = admitted * Math.exp(-(double) passed / RATE_NANOS) + 1;
        admittedNanos = nowNanos;
    }

    private ArrayDeque<Entry<T>> lane(Priority priority) {
        return waiting[place(priority)];
    }

    @SuppressWarnings("EnumOrdinal") // The order of declaration is what the type is about.
    private static int place(Priority priority) {
        return priority.ordinal();
    }
}
