package dev.ebb.balance;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The balancing of one service on one event loop: takes snapshots, picks, learns from outcomes and
 * checks, takes failing endpoints out and brings them back. Everything is called on that loop;
 * other threads read {@link EndpointStats} only.
 *
 * <p>One attempt: {@link #pick} (counts it as in flight, before anything is sent), {@link
 * #answered} when the head of an answer is there, {@link #finished} exactly once. Call {@link
 * #tick} ten times a second or so; picks do its work too when they find it due.
 *
 * <p>To acknowledge a generation: {@link #apply} it, then publish {@link #generation} with a
 * release store. See {@link TrafficSum} for why that makes "nothing in flight" a proof.
 */
public final class Balancer {
    private static final long MAINTENANCE_NANOS = 100_000_000;

    private final BalancePolicy policy;
    private final LoopShare share;
    private final boolean limited;
    private final boolean activeChecks;
    private final Function<InstanceId, EndpointStats> statsOf;
    private final HealthListener listener;
    private final Picker picker;

    /** Null when requests have no keys. */
    private final @Nullable KeyPicker keys;

    /** Null when there are none. */
    private final @Nullable Sessions sessions;

    private final Rotation rotation;
    private final Map<InstanceId, Candidate> candidates = new LinkedHashMap<>();
    private final PoolMedian median = new PoolMedian();
    private long generation;

    /** All are at their limits, and nothing has ended since that was found. */
    private boolean full;

    private boolean maintained;
    private long nextMaintenanceNanos;

    /** For a gateway with one event loop. */
    public Balancer(
            BalancePolicy policy,
            boolean activeChecks,
            Function<InstanceId, EndpointStats> statsOf,
            HealthListener listener) {
        this(policy, LoopShare.ALL, activeChecks, statsOf, listener);
    }

    /**
     * @param share this loop's part of the limits
     * @param activeChecks whether {@link #checked} will be called: readmission waits for it
     * @param statsOf where the counters of an endpoint that is new to this loop come from
     */
    public Balancer(
            BalancePolicy policy,
            LoopShare share,
            boolean activeChecks,
            Function<InstanceId, EndpointStats> statsOf,
            HealthListener listener) {
        this.policy = policy;
        this.share = share;
        this.limited = !(policy.limit() instanceof LimitPolicy.Unlimited);
        this.activeChecks = activeChecks;
        this.statsOf = statsOf;
        this.listener = listener;
        this.picker = Picker.of(policy.strategy());
        this.keys = policy.hash().map(KeyPicker::new).orElse(null);
        this.sessions = policy.affinity().sessions().map(s -> new Sessions(this, s)).orElse(null);
        this.rotation = new Rotation(policy);
    }

    /** With counters of its own, and nobody told. */
    public Balancer(BalancePolicy policy, boolean activeChecks) {
        this(policy, activeChecks, id -> new EndpointStats(), HealthListener.NONE);
    }

    /** As below, for one who has made no table of keys beforehand. */
    public void apply(EndpointSnapshot snapshot, long nowNanos) {
        apply(snapshot, null, nowNanos);
    }

    /**
     * Picks from this snapshot from now on. An older one than the present is ignored.
     *
     * @param table of the snapshot's keys; null to have it made here, if there is use for it
     */
    public void apply(EndpointSnapshot snapshot, @Nullable KeyTable table, long nowNanos) {
        if (snapshot.generation() < generation) {
            return;
        }
        generation = snapshot.generation();
        Map<InstanceId, Candidate> before = new LinkedHashMap<>(candidates);
        int activeBefore = rotation.active();
        candidates.clear();
        for (Endpoint endpoint : snapshot.endpoints()) {
            Candidate known = before.remove(endpoint.id());
            if (known == null) {
                known = new Candidate(endpoint, statsOf.apply(endpoint.id()), policy, share);
            }
            known.update(endpoint);
            candidates.put(endpoint.id(), known);
        }
        for (Candidate gone : before.values()) {
            gone.markGone();
        }
        if (keys != null) {
            keys.apply(snapshot, table, candidates);
        }
        if (sessions != null) {
            sessions.apply(candidates.values());
        }
        rebuild(nowNanos);
        if (rotation.active() < activeBefore) {
            rebaseline(nowNanos);
        }
    }

    /** The newest snapshot's. */
    public long generation() {
        return generation;
    }

    /** Those of the newest snapshot, in its order. */
    public Collection<Candidate> candidates() {
        return Collections.unmodifiableCollection(candidates.values());
    }

    public Optional<Candidate> candidate(InstanceId id) {
        return Optional.ofNullable(candidates.get(id));
    }

    /** Where requests of sessions go; null without such. */
    public @Nullable Sessions sessions() {
        return sessions;
    }

    /** Whether health is ignored because too few are healthy. */
    public boolean isPanicking() {
        return rotation.panic();
    }

    /** Where a request without a key goes. */
    public Pick pick(Tried tried, long nowNanos, RandomGenerator random) {
        return pick(Hashing.NONE, tried, nowNanos, random);
    }

    /**
     * Where a request goes. What is picked counts as in flight from here on. An endpoint that was
     * tried is picked again only if no other is in rotation. Endpoints at their limits are passed
     * over.
     *
     * @param key of the request; {@link Hashing#NONE} for none, and for services that use none
     */
    public Pick pick(long key, Tried tried, long nowNanos, RandomGenerator random) {
        if (!maintained || nowNanos - nextMaintenanceNanos >= 0) {
            tick(nowNanos);
        }
        if (rotation.size() == 0) {
            return nobody();
        }
        Tried avoided = isAnyUntried(tried) ? tried : Tried.NONE;
        return full ? Pick.None.ALL_FULL : pickAvoiding(key, avoided, nowNanos, random);
    }

    /** The same for requests that should agree: to whom with room this hash belongs, among all. */
    Pick pickAlike(long hash, Tried tried, long nowNanos) {
        if (rotation.size() == 0) {
            return nobody();
        }
        Tried avoided = isAnyUntried(tried) ? tried : Tried.NONE;
        int slot = full ? -1 : rotation.winner(hash, avoided, nowNanos);
        if (slot < 0) {
            full |= avoided.size() == 0;
            return Pick.None.ALL_FULL;
        }
        return take(rotation.at(slot), nowNanos);
    }

    /**
     * Where a second attempt beside another goes: to an endpoint that was not tried, or nowhere.
     * What is picked counts as in flight from here on.
     */
    public Pick pickOther(long key, Tried tried, long nowNanos, RandomGenerator random) {
        if (full || rotation.size() == 0 || !isAnyUntried(tried)) {
            return Pick.None.NO_OTHER;
        }
        Pick pick = pickAvoiding(key, tried, nowNanos, random);
        return pick instanceof Pick.None ? Pick.None.NO_OTHER : pick;
    }

    /** Whether an endpoint is in rotation that was not tried. */
    public boolean isAnyUntried(Tried tried) {
        return tried.size() == 0 ? rotation.size() > 0 : rotation.untried(tried) > 0;
    }

    /** The same, besides one that has just been tried. */
    public boolean isAnyUntried(Tried tried, Candidate also) {
        boolean counts = also.slot >= 0 && !tried.contains(also);
        return rotation.untried(tried) > (counts ? 1 : 0);
    }

    /** Whether a pick would find room now. */
    public boolean hasRoom(long nowNanos) {
        if (limited && !full) {
            full = rotation.roomiest(Tried.NONE, nowNanos) < 0;
        }
        return !full;
    }

    /** Whether a pick for one that has tried these would find room now. */
    public boolean hasRoom(Tried tried, long nowNanos) {
        if (tried.size() == 0 || !isAnyUntried(tried)) {
            return hasRoom(nowNanos);
        }
        return !full && rotation.roomiest(tried, nowNanos) >= 0;
    }

    private Pick pickAvoiding(long key, Tried avoided, long nowNanos, RandomGenerator random) {
        KeyPicker byKey = key == Hashing.NONE ? null : keys;
        Candidate candidate =
                byKey != null
                        ? byKey.pick(key, rotation, avoided, nowNanos)
                        : picker.pick(rotation, avoided, median.nanos(), nowNanos, random);
        if (limited && !candidate.hasRoom()) {
            int slot = rotation.roomiest(avoided, nowNanos);
            if (slot < 0) {
                full = avoided.size() == 0;
                return Pick.None.ALL_FULL;
            }
            candidate = rotation.at(slot);
        }
        if (byKey != null) {
            candidate.stats().keyed();
        }
        return take(candidate, nowNanos);
    }

    Pick take(Candidate candidate, long nowNanos) {
        candidate.stats().started();
        rotation.started(candidate);
        candidate.estimate().waits(nowNanos);
        return candidate.picked();
    }

    private Pick nobody() {
        if (candidates.isEmpty()) {
            return Pick.None.NO_ENDPOINTS;
        }
        return rotation.active() == 0 ? Pick.None.NONE_ACTIVE : Pick.None.NONE_HEALTHY;
    }

    /**
     * The head of an answer has come.
     *
     * @param soFar what its status says
     * @param startNanos the time that was given to the pick
     */
    public void answered(Candidate candidate, Outcome soFar, long startNanos, long nowNanos) {
        candidate.estimate().waitsNoMore(startNanos);
        if (!soFar.repels()) {
            candidate.estimate().answered(nowNanos - startNanos, median.nanos(), nowNanos);
            learn(candidate, nowNanos - startNanos, nowNanos);
            if (!median.known()) {
                median.update(rotation, nowNanos);
            }
        }
    }

    private void learn(Candidate candidate, long latencyNanos, long nowNanos) {
        if (limited) {
            candidate.concurrency().sample(latencyNanos, candidate.busy(), nowNanos);
        }
    }

    /**
     * An answered request turned out to be a long-lived stream (an upgrade, an event stream). It
     * ends with {@link #streamFinished} instead of {@link #finished}.
     */
    public void streamOpened(Candidate candidate) {
        candidate.stats().streamOpened();
        full = false;
    }

    /**
     * An attempt is over, and nothing of it is on its way any more.
     *
     * @param answered whether {@link #answered} was called for it
     * @param startNanos the time that was given to the pick
     */
    public void finished(
            Candidate candidate,
            Outcome outcome,
            boolean answered,
            long startNanos,
            long nowNanos) {
        finished(candidate, outcome, answered, false, startNanos, nowNanos);
    }

    /** A stream is over: as {@link #finished}, but its length is nobody's latency. */
    public void streamFinished(
            Candidate candidate, Outcome outcome, long startNanos, long nowNanos) {
        candidate.stats().streamClosed();
        finished(candidate, outcome, true, true, startNanos, nowNanos);
    }

    private void finished(
            Candidate candidate,
            Outcome outcome,
            boolean answered,
            boolean wasStream,
            long startNanos,
            long nowNanos) {
        long latency = nowNanos - startNanos;
        full = false;
        if (!answered) {
            candidate.estimate().waitsNoMore(startNanos);
            boolean late = outcome == Outcome.TIMEOUT || outcome == Outcome.DEADLINE;
            if (late) {
                learn(candidate, latency, nowNanos);
            }
            if (late || outcome == Outcome.CANCELLED) {
                candidate.estimate().unanswered(latency, median.nanos(), nowNanos);
            }
        }
        if (outcome != Outcome.CANCELLED) {
            candidate.estimate().outcome(outcome.repels(), nowNanos);
        }
        candidate.stats().finished(outcome, latency, wasStream);
        rotation.finished(candidate);
        Ejector.Suspicion suspicion = candidate.ejector().record(outcome, startNanos, nowNanos);
        if (suspicion != Ejector.Suspicion.NONE) {
            consider(candidate, suspicion, nowNanos);
        }
    }

    /** Ejects, unless that would take out too many, or the others fail alike. */
    private void consider(Candidate candidate, Ejector.Suspicion suspicion, long nowNanos) {
        if (candidate.isGone()) {
            return;
        }
        boolean certain = candidate.ejector().refused();
        if (candidate.isActive() && !certain && !maySpareOne(candidate)) {
            return;
        }
        if (suspicion == Ejector.Suspicion.FAILURE_RATE && othersFailAlike(candidate, nowNanos)) {
            return;
        }
        Ejection ejection = candidate.ejector().eject(suspicion, nowNanos);
        rebaselineOthers(candidate, nowNanos);
        listener.ejected(candidate, ejection);
        settle(candidate, nowNanos);
    }

    private boolean maySpareOne(Candidate candidate) {
        int out = rotation.active() - rotation.healthy();
        if (candidate.isOut()) {
            return true;
        }
        return out == 0 || out + 1 <= policy.ejection().maxEjectedShare() * rotation.active();
    }

    private boolean othersFailAlike(Candidate candidate, long nowNanos) {
        long requests = 0;
        long failures = 0;
        for (Candidate other : candidates.values()) {
            if (other != candidate && other.isActive() && !other.isOut()) {
                requests += other.ejector().rate().volume(nowNanos);
                failures += other.ejector().rate().failures(nowNanos);
            }
        }
        double own = candidate.ejector().rate().share(nowNanos);
        boolean alike = requests > 0 && (double) failures / requests > own / 2;
        if (alike) {
            // They will still be alike in a moment; looking at each failure would cost too much.
            candidate.ejector().acquit(nowNanos);
        }
        return alike;
    }

    /** Another loop has ejected this endpoint. */
    public void follow(InstanceId id, Ejection ejection, long nowNanos) {
        Candidate candidate = candidates.get(id);
        if (candidate == null || candidate.ejector().isEjected()) {
            return;
        }
        candidate.ejector().follow(ejection);
        rebaselineOthers(candidate, nowNanos);
        settle(candidate, nowNanos);
    }

    /** An active check has ended. */
    public void checked(InstanceId id, CheckResult result, long nowNanos) {
        Candidate candidate = candidates.get(id);
        if (candidate != null) {
            candidate.checks().record(result, nowNanos);
            settle(candidate, nowNanos);
        }
    }

    /** Brings back whose time has come, and what else moves with time. Cheap when not due. */
    public void tick(long nowNanos) {
        if (maintained && nowNanos - nextMaintenanceNanos < 0) {
            return;
        }
        maintained = true;
        nextMaintenanceNanos = nowNanos + MAINTENANCE_NANOS;
        if (rotation.out() > 0) {
            for (Candidate candidate : candidates.values()) {
                if (candidate.isOut()) {
                    settle(candidate, nowNanos);
                }
            }
        }
        rotation.moveOn(nowNanos);
        median.update(rotation, nowNanos);
    }

    /** Decides anew whether an endpoint is out, and tells if that changed. */
    private void settle(Candidate candidate, long nowNanos) {
        Ejector ejector = candidate.ejector();
        if (ejector.isTimeOver(nowNanos) && mayReturn(candidate)) {
            ejector.readmit(nowNanos);
        }
        boolean failing = candidate.checks().lastVerdict() == CheckState.Verdict.FAILING;
        boolean nobodyListens =
                failing && candidate.checks().lastResult() == CheckResult.NO_CONNECTION;
        boolean refuses = ejector.ejection().map(Ejection::unreachable).orElse(false);
        boolean out = failing || ejector.isEjected();
        boolean wasOut = candidate.isOut();
        boolean wasUnreachable = candidate.isUnreachable();
        candidate.markOut(out, nobodyListens || refuses);
        if (out != wasOut) {
            if (!out) {
                candidate.rampFrom(nowNanos);
                candidate.estimate().forget();
            }
            rebuild(nowNanos);
            tell(candidate, out);
        } else if (wasUnreachable != candidate.isUnreachable()) {
            rebuild(nowNanos);
        }
    }

    private boolean mayReturn(Candidate candidate) {
        if (!activeChecks) {
            return true;
        }
        long since = candidate.ejector().ejection().map(Ejection::sinceNanos).orElse(0L);
        return candidate.checks().goodSince(since)
                && candidate.checks().lastVerdict() == CheckState.Verdict.WELL;
    }

    private void tell(Candidate candidate, boolean out) {
        Reason reason =
                out
                        ? candidate.healthReason()
                        : Reason.of("readmitted", "its time out is over and its checks are good");
        listener.changed(candidate, out ? Health.EJECTED : Health.HEALTHY, reason);
    }

    private void rebuild(long nowNanos) {
        full = false;
        rotation.rebuild(candidates.values(), nowNanos);
        picker.rebuilt(rotation);
    }

    private void rebaseline(long nowNanos) {
        for (Candidate candidate : candidates.values()) {
            rebaseline(candidate, nowNanos);
        }
    }

    private void rebaselineOthers(Candidate gone, long nowNanos) {
        for (Candidate candidate : candidates.values()) {
            if (candidate != gone) {
                rebaseline(candidate, nowNanos);
            }
        }
    }

    private static void rebaseline(Candidate candidate, long nowNanos) {
        candidate.ejector().rebaseline(nowNanos);
        candidate.concurrency().rebaseline();
    }
}
