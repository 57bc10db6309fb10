package dev.ebb.balance;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;

/**
 * One endpoint as one event loop sees it: what control says of it, what this loop has counted, and
 * what live traffic and checks say of its health. Owned by the loop, and kept from one snapshot to
 * the next as long as the instance is in it. Only {@link #stats} may be read by other threads.
 */
public final class Candidate {
    private final EndpointStats stats;
    private final Pick.Picked picked = new Pick.Picked(this);
    private final Ejector ejector;
    private final CheckState checks;
    private final LatencyEstimate estimate = new LatencyEstimate();
    private final ConcurrencyLimit limit;
    private final long tag;
    private Endpoint endpoint;
    private long rampFromNanos;
    private boolean out;
    private boolean unreachable;
    private boolean gone;

    /** Place in the rotation's array; -1 when not in it. */
    int slot = -1;

    /** For smooth acceptance during slow start: accepted each time that a whole one is full. */
    double credit;

    Candidate(Endpoint endpoint, EndpointStats stats, BalancePolicy policy, LoopShare share) {
        this.endpoint = endpoint;
        this.stats = stats;
        this.ejector = new Ejector(policy.ejection());
        this.checks = new CheckState(policy.check());
        this.limit = ConcurrencyLimit.of(policy.limit(), share);
        this.rampFromNanos = endpoint.rampFromNanos();
        this.tag = Hashing.of("session " + endpoint.id());
    }

    /** What sessions that are bound to it hold of it; the same in each process and each life. */
    public long tag() {
        return tag;
    }

    public InstanceId id() {
        return endpoint.id();
    }

    /** As in the newest snapshot. */
    public Endpoint endpoint() {
        return endpoint;
    }

    public EndpointStats stats() {
        return stats;
    }

    /** Requests in flight from this loop. */
    public int inFlight() {
        return stats.inFlight();
    }

    /** Requests that this loop may have in it at once; {@code Integer.MAX_VALUE} for any number. */
    public int limit() {
        return limit.limit();
    }

    ConcurrencyLimit concurrency() {
        return limit;
    }

    /** Requests that the instance works on: open streams do not count. */
    int busy() {
        return stats.inFlight() - stats.openStreams();
    }

    boolean hasRoom() {
        return busy() < limit.limit();
    }

    public boolean isActive() {
        return endpoint.role() == EndpointRole.ACTIVE;
    }

    /** Whether failure detection has taken it out, by traffic or by checks. */
    public boolean isOut() {
        return out;
    }

    public Health health(long nowNanos) {
        if (out) {
            return Health.EJECTED;
        }
        boolean unknown = checks.verdict(nowNanos) == CheckState.Verdict.UNKNOWN;
        return unknown ? Health.UNKNOWN : Health.HEALTHY;
    }

    /** Why its health is what it is. */
    public Reason healthReason() {
        return ejector.ejection().map(Ejection::reason).orElseGet(checks::reason);
    }

    Pick.Picked picked() {
        return picked;
    }

    Ejector ejector() {
        return ejector;
    }

    CheckState checks() {
        return checks;
    }

    LatencyEstimate estimate() {
        return estimate;
    }

    long rampFromNanos() {
        return rampFromNanos;
    }

    void rampFrom(long nanos) {
        rampFromNanos = nanos;
        credit = 0;
    }

    /** Takes over what a newer snapshot says. A ramp that control began replaces this loop's. */
    void update(Endpoint newer) {
        if (newer.rampFromNanos() != endpoint.rampFromNanos()) {
            rampFrom(newer.rampFromNanos());
        }
        endpoint = newer;
    }

    void markOut(boolean isOut, boolean isUnreachable) {
        out = isOut;
        unreachable = isOut && isUnreachable;
    }

    /** It is in no snapshot any more; what is in flight may still finish. */
    void markGone() {
        gone = true;
        slot = -1;
    }

    boolean isGone() {
        return gone;
    }

    /** Out because nobody listens there. */
    boolean isUnreachable() {
        return unreachable;
    }

    @Override
    public String toString() {
        return "%s[%s, in flight %d%s]"
                .formatted(id(), endpoint.role(), inFlight(), out ? ", out" : "");
    }
}
