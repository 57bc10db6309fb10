package dev.ebb.balance;

/** What a data plane may do with an endpoint. */
public enum EndpointRole {
    /** May be picked. */
    ACTIVE,
    /**
     * Gets nothing new but requests of sessions that are bound to it; checks go on, pooled
     * connections and open streams are left alone.
     */
    PARKED,
    /**
     * Gets no new request; sessions are bound to others at their next one, open streams are asked
     * to move, idle connections are closed.
     */
    DRAINING
}
