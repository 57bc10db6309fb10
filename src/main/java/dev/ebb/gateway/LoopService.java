package dev.ebb.gateway;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.Balancer;
import dev.ebb.balance.Candidate;
import dev.ebb.balance.CheckResult;
import dev.ebb.balance.Ejection;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.EndpointStats;
import dev.ebb.balance.Hashing;
import dev.ebb.balance.HealthListener;
import dev.ebb.balance.KeyTable;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.Priority;
import dev.ebb.balance.RetryBudget;
import dev.ebb.balance.Sessions;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import dev.ebb.gateway.tls.TlsClient;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One service on one event loop: its balancer, its pools, its counters. Everything is called on the
 * loop, apart from {@link #acknowledged}, {@link #endpoints} and {@link #counters}, which others
 * may read.
 */
final class LoopService implements HealthListener {
    /** How long what scaling did to an instance is told after the instance has gone. */
    private static final long LEDGER_KEPT_NANOS = 60_000_000_000L;

    /** Reasons of checks that mean: what it has not answered yet, it will not answer soon. */
    private static final Set<String> SILENT = Set.of("check_timeout", "check_no_connection");

    final GatewayLoop loop;
    final GatewayService service;
    final int index;
    final Balancer balancer;
    final RetryBudget budget;

    /** Null when requests are not hedged. */
    final @Nullable Hedging hedging;

    /** Null when instances have no limits. */
    final @Nullable Waiting waiting;

    /** Null when there is always an instance. */
    final @Nullable Waiting forFirst;

    /** Longest wait for one attempt's answer; 0 for none of its own. */
    final long perTryNanos;

    private final RequestRules rules;

    /** Null where requests are not placed by keys. */
    private final @Nullable KeyReader keys;

    /** Null without sessions. */
    private final @Nullable SessionCookies cookies;

    final Counters counters = new Counters();
    final Optional<TlsDialer> tls;
    private final IdentityHashMap<Candidate, InstancePool> pools = new IdentityHashMap<>();

    /** Draining instances: their long streams are asked to move, the last one at that time. */
    private final IdentityHashMap<Candidate, Long> askUntil = new IdentityHashMap<>();

    private final List<Departed> departed = new ArrayList<>();
    private final Map<InstanceId, LoopEndpoint> known = new HashMap<>();
    private volatile Map<InstanceId, LoopEndpoint> endpoints = Map.of();
    private volatile long acknowledged;
    private final Map<InstanceId, Reason> reasons = new HashMap<>();
    private volatile Map<InstanceId, HealthView> health = Map.of();

    /**
     * @param reason why it is what it is; empty as long as it was never ejected
     */
    record HealthView(Health health, Optional<Reason> reason) {}

    private record Departed(InstanceId id, LoopEndpoint endpoint, long sinceNanos) {}

    LoopService(GatewayLoop loop, GatewayService service, int index, Optional<TlsClient> client) {
        this.loop = loop;
        this.service = service;
        // Two round trips and some computing more than a connection alone.
        var timeout = Duration.ofNanos(3 * loop.settings().timeouts().connect().toNanos());
        tls = client.map(c -> new TlsDialer(service.name(), c, timeout));
        this.index = index;
        BalancePolicy policy = service.balance();
        balancer = new Balancer(policy, loop.share(), true, this::statsOf, this);
        budget = new RetryBudget(policy.retry(), loop.loops(), System.nanoTime());
        hedging = policy.hedge().enabled() ? new Hedging(loop, policy.hedge()) : null;
        boolean limited = !(policy.limit() instanceof LimitPolicy.Unlimited);
        waiting = limited ? Waiting.forRoom(this, policy.queue(), loop.share()) : null;
        forFirst = service.fromNone() ? Waiting.forFirst(this, policy.queue(), loop.share()) : null;
        perTryNanos = policy.retry().perTry().toNanos();
        rules = new RequestRules(policy);
        cookies = cookies(service);
        keys =
                policy.affinity()
                        .hash()
                        .map(h -> new KeyReader(h, loop.forwardedFor()))
                        .orElse(null);
    }

    private @Nullable SessionCookies cookies(GatewayService of) {
        Sessions sessions = balancer.sessions();
        return sessions == null
                ? null
                : new SessionCookies(
                        of.balance().affinity().sessions().orElseThrow(),
                        sessions,
                        of.sessionKey(),
                        counters,
                        loop.random());
    }

    /** See {@link SessionCookies#answered}. */
    byte[] bind(Session session, Candidate by, int status, long nowNanos) {
        SessionCookies all = cookies;
        return all == null
                ? ResponseHead.NO_COOKIE
                : all.answered(session, by, status, nowNanos, wallSeconds());
    }

    private static long wallSeconds() {
        return System.currentTimeMillis() / 1000;
    }

    /** Reads what ties the request to an instance: before its exchange is made. */
    void tie(RequestHead request, Peer peer) {
        SessionCookies all = cookies;
        request.session =
                all == null
                        ? null
                        : all.read(request, loop.overHttps(request, peer), wallSeconds());
        KeyReader reader = keys;
        request.key = reader == null ? Hashing.NONE : reader.read(request, peer);
        if (reader != null && request.key == Hashing.NONE) {
            counters.count(Counters.UNKEYED);
        }
    }

    /** See {@link RequestRules#mayRepeat}. */
    boolean mayRepeat(RequestHead request) {
        return rules.mayRepeat(request);
    }

    /** See {@link RequestRules#retriesStatus}. */
    boolean retriesStatus(int status) {
        return rules.retriesStatus(status);
    }

    /** See {@link RequestRules#priorityOf}. */
    Priority priorityOf(ByteBuf head) {
        return rules.priorityOf(head);
    }

    /** An instance may have room for one more request than before. */
    void roomMade() {
        Waiting all = waiting;
        if (all != null) {
            all.roomMade();
        }
        Waiting first = forFirst;
        if (first != null) {
            first.roomMade();
        }
    }

    /** Any thread: requests that wait for a first instance. */
    int waitingForFirst() {
        Waiting first = forFirst;
        return first == null ? 0 : first.size();
    }

    /** What a client that is refused for want of capacity is told. */
    int retryAfterSeconds(Refusal refusal, long nowNanos) {
        if (refusal == Refusal.STARTING) {
            return loop.gateway().startSeconds(index);
        }
        Waiting all = waiting;
        return all == null ? 1 + loop.random().nextInt(2) : all.retryAfterSeconds(nowNanos);
    }

    private EndpointStats statsOf(InstanceId id) {
        return known.computeIfAbsent(id, unknown -> new LoopEndpoint()).stats();
    }

    /** Any thread: no pick is made here from a snapshot older than this. */
    long acknowledged() {
        return acknowledged;
    }

    /** Any thread. */
    Map<InstanceId, LoopEndpoint> endpoints() {
        return endpoints;
    }

    /** Any thread, of the home loop's only. */
    Map<InstanceId, HealthView> health() {
        return health;
    }

    private void tellHealth(long nowNanos) {
        boolean same = health.size() == balancer.candidates().size();
        for (Candidate candidate : balancer.candidates()) {
            HealthView told = health.get(candidate.id());
            same &=
                    told != null
                            && told.health() == candidate.health(nowNanos)
                            && told.reason()
                                    .equals(Optional.ofNullable(reasons.get(candidate.id())));
        }
        if (same) {
            return;
        }
        var views = new HashMap<InstanceId, HealthView>();
        for (Candidate candidate : balancer.candidates()) {
            views.put(
                    candidate.id(),
                    new HealthView(
                            candidate.health(nowNanos),
                            Optional.ofNullable(reasons.get(candidate.id()))));
        }
        health = Map.copyOf(views);
    }

    void checked(InstanceId id, CheckResult result, long nowNanos) {
        balancer.checked(id, result, nowNanos);
        if (loop.isHome()) {
            tellHealth(nowNanos);
        }
    }

    /**
     * @param table the snapshot's, where requests are placed by keys; else null
     */
    void apply(EndpointSnapshot snapshot, @Nullable KeyTable table, long nowNanos) {
        if (snapshot.generation() < balancer.generation()) {
            return;
        }
        var before = new IdentityHashMap<>(pools);
        balancer.apply(snapshot, table, nowNanos);
        for (Candidate candidate : balancer.candidates()) {
            InstancePool pool = before.remove(candidate);
            if (pool != null && !pool.leadsTo(candidate.endpoint())) {
                pool.leave();
                pool = null;
            }
            if (pool == null) {
                pool = newPool(candidate);
                pools.put(candidate, pool);
            }
            if (candidate.endpoint().role() == EndpointRole.DRAINING) {
                pool.retire();
                long spread = loop.settings().timeouts().drainSpread().toNanos();
                askUntil.putIfAbsent(candidate, nowNanos + spread);
            } else {
                askUntil.remove(candidate);
            }
        }
        before.forEach((candidate, pool) -> {
            askUntil.remove(candidate);
            pool.leave();
            depart(candidate.id(), nowNanos);
        });
        departed.removeIf(left -> balancer.candidate(left.id()).isPresent());
        tellEndpoints();
        reasons.keySet().retainAll(known.keySet());
        acknowledged = balancer.generation();
        roomMade();
    }

    /** Whether instances take bodies as HTTP/1.1 frames them, and connections can leave HTTP. */
    boolean speaksHttp1() {
        return service.protocol() == Protocol.HTTP1;
    }

    private InstancePool newPool(Candidate candidate) {
        return switch (service.protocol()) {
            case HTTP1 -> new UpstreamPool(this, candidate);
            case HTTP2 -> new Http2Pool(this, candidate);
        };
    }

    private void depart(InstanceId id, long nowNanos) {
        LoopEndpoint endpoint = known.get(id);
        if (endpoint != null && balancer.candidate(id).isEmpty()) {
            departed.add(new Departed(id, endpoint, nowNanos));
        }
    }

    private void tellEndpoints() {
        endpoints = Map.copyOf(known);
    }

    InstancePool pool(Candidate candidate) {
        InstancePool pool = pools.get(candidate);
        if (pool == null) {
            throw new IllegalStateException("no pool for " + candidate);
        }
        return pool;
    }

    /** What the close of a connection that was unused for so long showed: the others know soon. */
    void tellSeen(InstanceId id, IdleTime.Seen what, long nanos) {
        if (what == IdleTime.Seen.HABIT) {
            tellIdleTime(id, nanos);
        } else if (what == IdleTime.Seen.END) {
            tellEnded(id);
        }
    }

    private void tellIdleTime(InstanceId id, long nanos) {
        loop.tellOthers(other -> {
            LoopService same = other.service(index);
            same.balancer.candidate(id).ifPresent(c -> same.pool(c).closesIdle(nanos));
        });
    }

    /** It had only ended when it did so. */
    void tellEnded(InstanceId id) {
        loop.tellOthers(other -> {
            LoopService same = other.service(index);
            same.balancer.candidate(id).ifPresent(c -> same.pool(c).hasEnded());
        });
    }

    /**
     * Whether what befalls an attempt at the instance now is due to its removal, not to its own
     * failure. Who was picked when parked already, which is for sessions, meets nothing of a
     * removal until the instance is stopped: it would have failed there without one, too.
     *
     * @param wasActive when it was picked
     */
    boolean scalingIsDue(Candidate candidate, boolean wasActive) {
        boolean leaves = hasLeft(candidate) || (wasActive && !candidate.isActive());
        return leaves && !candidate.isOut();
    }

    /** Whether the instance is none of the service's any more. */
    boolean hasLeft(Candidate candidate) {
        return balancer.candidate(candidate.id()).orElse(null) != candidate;
    }

    /** Takes in what an answer says of its instance's load, where that is asked for. */
    void heard(Candidate by, ResponseHead answer, long nowNanos) {
        if (service.loadReports()) {
            LoadReports.take(answer.head, endpoint(by), nowNanos);
        }
    }

    /**
     * The same for what comes behind an answer's body.
     *
     * @return what of it is for the client
     */
    @Nullable Trailers heard(Candidate by, Trailers behind, long nowNanos) {
        return service.loadReports() ? LoadReports.take(behind, endpoint(by), nowNanos) : behind;
    }

    LoopEndpoint endpoint(Candidate candidate) {
        LoopEndpoint endpoint = known.get(candidate.id());
        return endpoint == null ? new LoopEndpoint() : endpoint;
    }

    void tick(long nowNanos) {
        balancer.tick(nowNanos);
        Waiting all = waiting;
        if (all != null) {
            all.tick(nowNanos);
        }
        Waiting first = forFirst;
        if (first != null) {
            first.tick(nowNanos);
        }
        askUntil.forEach((leaving, until) ->
                loop.ask(leaving, LongStream.Why.SERVICE_RESTART, until, nowNanos));
        if (loop.isHome()) {
            tellHealth(nowNanos);
        }
        for (Iterator<InstancePool> open = pools.values().iterator(); open.hasNext(); ) {
            InstancePool pool = open.next();
            pool.tick(nowNanos);
            if (pool.hasLeft() && pool.isEmpty()) {
                open.remove();
            }
        }
        boolean forgotten = departed.removeIf(left -> forget(left, nowNanos));
        if (forgotten) {
            tellEndpoints();
        }
    }

    private boolean forget(Departed left, long nowNanos) {
        boolean busy =
                left.endpoint().stats().startedTotal() != left.endpoint().stats().finishedTotal();
        boolean toTell =
                !left.endpoint().ledger().equals(EndpointSink.Ledger.CLEAN)
                        && nowNanos - left.sinceNanos() < LEDGER_KEPT_NANOS;
        if (busy || toTell) {
            return false;
        }
        known.remove(left.id());
        return true;
    }

    /** Ends what waits and what is idle; what is in flight goes on. */
    void retireAll() {
        pools.values().forEach(InstancePool::retire);
    }

    int idleConnections() {
        return pools.values().stream().mapToInt(InstancePool::idle).sum();
    }

    @Override
    public void changed(Candidate candidate, Health state, Reason reason) {
        boolean silent = SILENT.contains(reason.code());
        if (state == Health.EJECTED && silent) {
            loop.silent(candidate);
        }
        if (loop.isHome()) {
            counters.count(state == Health.EJECTED ? Counters.EJECTIONS : Counters.READMISSIONS);
            reasons.put(candidate.id(), reason);
            tellHealth(System.nanoTime());
        }
    }

    @Override
    public void ejected(Candidate candidate, Ejection ejection) {
        loop.tellOthers(other ->
                other.service(index).balancer.follow(candidate.id(), ejection, System.nanoTime()));
    }
}
