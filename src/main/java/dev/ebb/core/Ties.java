package dev.ebb.core;

/**
 * What ties requests to one instance, as the data planes count it.
 *
 * @param sessions that are bound to it and were seen lately
 * @param keyedTotal requests so far that were placed there by a key of theirs
 */
public record Ties(int sessions, long keyedTotal) {
    public static final Ties NONE = new Ties(0, 0);

    public Ties plus(Ties other) {
        return new Ties(sessions + other.sessions, keyedTotal + other.keyedTotal);
    }
}
