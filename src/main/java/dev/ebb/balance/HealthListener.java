package dev.ebb.balance;

import dev.ebb.core.Health;
import dev.ebb.core.Reason;

/** Is told, on the event loop, what failure detection does. Must return quickly. */
public interface HealthListener {
    HealthListener NONE =
            new HealthListener() {
                @Override
                public void changed(Candidate candidate, Health health, Reason reason) {}
            };

    /** An endpoint went out of rotation or came back. */
    void changed(Candidate candidate, Health health, Reason reason);

    /**
     * This loop's traffic took an endpoint out; hand it to the other loops' {@link
     * Balancer#follow}. Not called for what this loop itself followed.
     */
    default void ejected(Candidate candidate, Ejection ejection) {}
}
