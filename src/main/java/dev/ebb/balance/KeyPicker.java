package dev.ebb.balance;

import dev.ebb.core.InstanceId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places requests by a key, for one service on one event loop: at the instance that owns the key in
 * the {@link KeyTable}, as long as that may be picked, was not tried, and is not too busy; then at
 * the one that would own it without the first. After that the key is hashed again and looked up
 * anew, which spreads what one instance cannot take over all others; each key keeps its own order
 * of them (Chen, Coleman, Shrivastava, "Revisiting Consistent Hashing with Bounded Loads", 2019:
 * random jumps leave the others far more even than the next one on a ring does). Constant time but
 * where nearly all are too busy; allocates nothing.
 *
 * <p>Too busy is more than bound x mean in flight (Mirrokni et al., 2016), with weights, of this
 * event loop, and more than {@value #LEAST}: where little goes on, two requests at once for one key
 * are no overload, and to part them would lose what the key is for. One in slow start gets the keys
 * whose own fraction lies below its share: so each key moves to it once.
 */
final class KeyPicker {
    /** Requests of this loop in flight that are never too many. */
    static final int LEAST = 2;

    private static final int JUMPS = 32;
    private static final int FRACTION_BITS = 24;
    private static final double FRACTION = 1.0 / (1 << FRACTION_BITS);

    private final double bound;
    private @Nullable KeyTable table;
    private @Nullable Candidate[] owners = {};

    KeyPicker(HashPolicy policy) {
        this.bound = policy.bound();
    }

    /** A snapshot has come; {@code table} is its own, or null to make it from the one before. */
    void apply(
            EndpointSnapshot snapshot,
            @Nullable KeyTable prepared,
            Map<InstanceId, Candidate> candidates) {
        KeyTable next = prepared == null ? KeyTable.of(snapshot, table) : prepared;
        // One more, which stands for nobody.
        var known = new Candidate[next.size() + 1];
        for (int owner = 0; owner < next.size(); owner++) {
            InstanceId id = next.id(owner);
            known[owner] = id == null ? null : candidates.get(id);
        }
        table = next;
        owners = known;
    }

    /** As {@link Picker#pick}; {@code key} is none of {@link Hashing#NONE}. */
    Candidate pick(long key, Rotation rotation, Tried tried, long nowNanos) {
        KeyTable keys = table;
        long hash = key;
        for (int jump = 0; keys != null && jump < JUMPS; jump++) {
            Candidate owner = owners[keys.owner(hash)];
            if (owner != null && takes(owner, hash, rotation, tried, nowNanos)) {
                return owner;
            }
            Candidate second = owners[keys.second(hash)];
            if (second != null && takes(second, hash, rotation, tried, nowNanos)) {
                return second;
            }
            hash = Hashing.mix(hash + Hashing.GOLDEN);
        }
        return leastBusy(key, rotation, tried);
    }

    private boolean takes(
            Candidate candidate, long hash, Rotation rotation, Tried tried, long nowNanos) {
        return candidate.slot >= 0
                && !tried.contains(candidate)
                && isOld(candidate, hash, rotation, nowNanos)
                && !isBusy(candidate, rotation);
    }

    private static boolean isOld(Candidate candidate, long hash, Rotation rotation, long nowNanos) {
        if (!rotation.ramping()) {
            return true;
        }
        double fraction = (hash & ((1 << FRACTION_BITS) - 1)) * FRACTION;
        return fraction < rotation.factor(candidate, nowNanos);
    }

    private boolean isBusy(Candidate candidate, Rotation rotation) {
        return !candidate.hasRoom() || candidate.inFlight() >= most(candidate, rotation);
    }

    /** How many of this loop's requests it may have, the one that is being placed included. */
    private double most(Candidate candidate, Rotation rotation) {
        if (bound == HashPolicy.UNBOUNDED) {
            return Double.POSITIVE_INFINITY;
        }
        double share = candidate.endpoint().weight() / rotation.weight();
        return Math.max(LEAST, Math.ceil(bound * (rotation.inFlight() + 1) * share));
    }

    /** For when nearly all are too busy; from the key's own place on, so that ties stay with it. */
    private static Candidate leastBusy(long key, Rotation rotation, Tried tried) {
        int size = rotation.size();
        int start = (int) Long.remainderUnsigned(key, size);
        Candidate best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            Candidate candidate = rotation.at((start + i) % size);
            double load = candidate.inFlight() / candidate.endpoint().weight();
            double counted = candidate.hasRoom() ? load : load + Integer.MAX_VALUE;
            if (!tried.contains(candidate) && counted < least) {
                best = candidate;
                least = counted;
            }
        }
        if (best == null) {
            throw new IllegalStateException("nothing left to pick from " + size);
        }
        return best;
    }
}
