package dev.ebb.control;

import dev.ebb.core.InstanceId;
import java.util.Optional;

/**
 * The decision to start an instance, written to the journal before anything is spawned, so that
 * whatever happens in between can be found again by its token.
 *
 * @param token unguessable, unique; in the instance's environment as {@code EBB_TOKEN}
 * @param host where it will listen
 * @param port where it will listen
 * @param wallMillis when this was intended
 * @param recipe names the way in which it is started; see {@link Platform#recipe}
 */
public record LaunchIntent(
        InstanceId id,
        String token,
        String host,
        int port,
        long wallMillis,
        Optional<String> recipe) {

    /** One of which nobody knows how it is started. */
    public LaunchIntent(InstanceId id, String token, String host, int port, long wallMillis) {
        this(id, token, host, port, wallMillis, Optional.empty());
    }
}
