package dev.ebb.balance;

import java.util.Optional;

/**
 * What ties a service's requests to its endpoints. Immutable.
 *
 * @param hash for the strategy {@code hash}, and only with it
 * @param sessions come before any strategy
 */
public record Affinity(Optional<HashPolicy> hash, Optional<SessionPolicy> sessions) {
    public static final Affinity NONE = new Affinity(Optional.empty(), Optional.empty());

    public Affinity with(HashPolicy by) {
        return new Affinity(Optional.of(by), sessions);
    }

    public Affinity with(SessionPolicy kept) {
        return new Affinity(hash, Optional.of(kept));
    }
}
