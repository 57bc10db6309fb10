package dev.ebb.sim;

import java.util.PriorityQueue;

/**
 * What will happen at a moment of world time; events of one moment happen in the order in which
 * they were added. Single-threaded.
 */
final class EventQueue {
    private record Event(long atNanos, long order, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long added;

    void at(long nanos, Runnable what) {
        events.add(new Event(nanos, added++, what));
    }

    /** World time of the next event; {@code Long.MAX_VALUE} when there is none. */
    long nextNanos() {
        Event next = events.peek();
        return next == null ? Long.MAX_VALUE : next.atNanos();
    }

    /** Takes what is due up to and including this moment, one event at a time. */
    void runUntil(long nanos) {
        for (Event e = events.peek(); e != null && e.atNanos() <= nanos; e = events.peek()) {
            events.poll();
            e.what().run();
        }
    }
}
