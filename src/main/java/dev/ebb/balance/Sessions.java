package dev.ebb.balance;

import java.util.Collection;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where requests of sessions go, for one service on one event loop. A session is bound to an
 * instance by the instance's {@link Candidate#tag}, and stays there as long as that can serve it:
 *
 * <ul>
 *   <li>active or <em>parked</em>, and healthy (or, in a balancer panic, in rotation all the same).
 *       In its trial an instance goes on with the sessions that it has; it only gets no new ones.
 *   <li>Not when it is draining, gone or ejected: then the session's next request goes to another,
 *       and the session is bound anew to whoever answers it. Which one that is, the session's id
 *       decides, so that requests that come at once do not scatter over all instances.
 * </ul>
 *
 * <p>So nothing is picked for an instance any more once every loop has the snapshot in which it is
 * <em>draining</em>; that one counts for the proof that nothing is in flight. A parked one serves
 * nobody while no other is in rotation: what comes then must be seen to want an instance.
 */
public final class Sessions {
    private final Balancer balancer;
    private final SessionPolicy policy;
    private long[] tags = {};
    private @Nullable Candidate[] candidates = {};

    Sessions(Balancer balancer, SessionPolicy policy) {
        this.balancer = balancer;
        this.policy = policy;
    }

    /** A snapshot has come. */
    void apply(Collection<Candidate> all) {
        int size = Integer.highestOneBit(Math.max(1, all.size())) * 4;
        tags = new long[size];
        candidates = new Candidate[size];
        for (Candidate candidate : all) {
            int at = (int) candidate.tag() & (size - 1);
            while (candidates[at] != null) {
                at = (at + 1) & (size - 1);
            }
            tags[at] = candidate.tag();
            candidates[at] = candidate;
        }
    }

    /** The instance that a session with this tag is bound to, if it can serve it; else null. */
    public @Nullable Candidate bound(long tag) {
        Candidate candidate = find(tag);
        boolean serves =
                candidate != null
                        && (candidate.slot >= 0
                                || (candidate.endpoint().role() == EndpointRole.PARKED
                                        && !candidate.isOut()
                                        && balancer.isAnyUntried(Tried.NONE)));
        return serves ? candidate : null;
    }

    private @Nullable Candidate find(long tag) {
        int mask = tags.length - 1;
        for (int at = (int) tag & mask; mask >= 0 && candidates[at] != null; at = (at + 1) & mask) {
            if (tags[at] == tag) {
                return candidates[at];
            }
        }
        return null;
    }

    /**
     * Where a request goes. To another instance than the session's, this once, if that was tried or
     * is at its limit. What is picked counts as in flight from here on.
     *
     * @param tag of the instance that it is bound to; {@link Hashing#NONE} for a new session
     * @param session which one it is, if it is not new
     * @param key see {@link Balancer#pick}; for new ones
     */
    public Pick pick(
            long tag, int session, long key, Tried tried, long nowNanos, RandomGenerator random) {
        if (tag == Hashing.NONE) {
            return balancer.pick(key, tried, nowNanos, random);
        }
        balancer.tick(nowNanos);
        Candidate own = bound(tag);
        return own != null && !tried.contains(own) && own.hasRoom()
                ? balancer.take(own, nowNanos)
                : balancer.pickAlike(Hashing.mix(session), tried, nowNanos);
    }

    /** A request of this session was answered by the instance that it is bound to. */
    public void seen(Candidate candidate, int session, long nowNanos) {
        candidate.stats().session(session, policy.window().toNanos(), nowNanos);
    }
}
