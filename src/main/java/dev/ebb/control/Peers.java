package dev.ebb.control;

import dev.ebb.core.Peer;
import dev.ebb.core.ServiceName;
import java.util.Optional;

/**
 * Port: services that another controller looks after, and that a policy names. Called by the
 * control thread only; never waits.
 */
public interface Peers {
    /** Where all are one controller's own. */
    Peers NONE = _ -> Optional.empty();

    /** How many instances it has or is about to have; empty when that is not known. */
    Optional<Peer> find(ServiceName service);
}
