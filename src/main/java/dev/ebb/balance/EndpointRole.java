package dev.ebb.balance;

/** What a data plane may do with an endpoint. */
public enum EndpointRole {
    /** May be picked. */
    ACTIVE,
    /** Gets no new request; checks go on, pooled connections and open streams are left alone. */
    PARKED,
    /** Gets no new request; open streams are asked to move, idle connections are closed. */
    DRAINING
}
