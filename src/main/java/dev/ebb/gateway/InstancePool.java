package dev.ebb.gateway;

import dev.ebb.balance.Endpoint;

/** One event loop's connections to one instance, whatever it speaks. One event loop. */
interface InstancePool {
    /** Whether its connections go where this endpoint is. */
    boolean leadsTo(Endpoint endpoint);

    /**
     * Gives the attempt a way to the instance, now or later, or tells it why not.
     *
     * @param fresh on a new connection only, because a pooled one has just proved to be dead
     * @param careful look for a close by the instance first: the request cannot be sent again
     */
    void acquire(Attempt attempt, boolean fresh, boolean careful);

    /** The attempt waits no more. */
    void cancel(Attempt attempt);

    /** Another loop has seen the instance close a connection that was unused for so long. */
    void closesIdle(long nanos);

    /** Another loop has seen that the instance had only ended when it closed what was unused. */
    void hasEnded();

    /** For how long connections may be unused now. */
    long idleNanos();

    /** Closes what is idle, because the instance is about to end or the gateway is. */
    void retire();

    /** The instance is in no snapshot any more. */
    void leave();

    boolean hasLeft();

    boolean isEmpty();

    /** Idle connections. */
    int idle();

    void tick(long nowNanos);
}
