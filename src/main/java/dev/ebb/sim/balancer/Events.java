package dev.ebb.sim.balancer;

import java.util.PriorityQueue;

/** Virtual time: what is to happen when. Same order every time: ties in order of scheduling. */
final class Events {
    private record Event(long atNanos, long number, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private long scheduled;
    private long nowNanos;

    long now() {
        return nowNanos;
    }

    void at(long atNanos, Runnable what) {
        queue.add(new Event(Math.max(atNanos, nowNanos), scheduled++, what));
    }

    void in(long delayNanos, Runnable what) {
        at(nowNanos + delayNanos, what);
    }

    void every(long periodNanos, Runnable what) {
        in(
                periodNanos,
                () -> {
                    what.run();
                    every(periodNanos, what);
                });
    }

    void runUntil(long endNanos) {
        while (true) {
            Event next = queue.peek();
            if (next == null || next.atNanos() > endNanos) {
                nowNanos = endNanos;
                return;
            }
            queue.remove();
            nowNanos = next.atNanos();
            next.what().run();
        }
    }
}
