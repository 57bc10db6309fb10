package dev.ebb.control;

import dev.ebb.core.InstanceId;

/**
 * The decision to start an instance, written to the journal before anything is spawned, so that
 * whatever happens in between can be found again by its token.
 *
 * @param token unguessable, unique; in the instance's environment as {@code EBB_TOKEN}
 * @param host where it will listen
 * @param port where it will listen
 * @param wallMillis when this was intended
 */
public record LaunchIntent(InstanceId id, String token, String host, int port, long wallMillis) {}
