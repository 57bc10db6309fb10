package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's HTTP/2 connections to one instance: as few as the instance's limit on streams
 * allows. A request takes the first connection that has room and is not stalled by bodies that the
 * instance does not take; when there is none, another is opened, and when there are enough of them,
 * it takes a stalled one or waits for a stream to end. One event loop.
 */
final class Http2Pool implements InstancePool {
    /** One carries a hundred streams or more; a limit, because instances may allow only one. */
    private static final int CONNECTIONS_MAX = 64;

    /**
     * Unused ones are kept longer than in HTTP/1.1: who closes one says so beforehand. Not everyone
     * does, so that we learn when it happens; see {@link IdleTime}.
     */
    private static final long IDLE_NANOS = 60_000_000_000L;

    final LoopService service;
    final Candidate candidate;
    private final String host;
    private final InetSocketAddress address;
    private final List<Http2Upstream> connections = new ArrayList<>();
    private final ArrayDeque<Attempt> waiting = new ArrayDeque<>();
    private int connecting;
    private final IdleTime idleTime = new IdleTime(IDLE_NANOS);

    /** Is kept to see how long the instance leaves it open; never used. */
    private @Nullable Http2Upstream underTest;

    private boolean left;

    Http2Pool(LoopService service, Candidate candidate) {
        this.service = service;
        this.candidate = candidate;
        host = candidate.endpoint().host();
        address = UpstreamPool.address(host, candidate.endpoint().port());
    }

    @Override
    public boolean leadsTo(Endpoint endpoint) {
        return address.getPort() == endpoint.port() && host.equals(endpoint.host());
    }

    @Override
    public void acquire(Attempt attempt, boolean fresh, boolean careful) {
        Limits limits = service.loop.settings().limits();
        int most = Math.min(CONNECTIONS_MAX, limits.connectionsPerInstance());
        boolean opens = connecting == 0 && connections.size() < most;
        Http2Upstream usable = withRoom(!opens && connecting == 0);
        while (usable != null && careful && usable.isIdle() && !usable.isOpen()) {
            long now = service.loop.now();
            closedByInstance(usable, now - usable.idleSince(), now);
            usable.drop();
            opens = connecting == 0 && connections.size() < most;
            usable = withRoom(!opens && connecting == 0);
        }
        if (usable != null) {
            usable.begin(attempt);
            return;
        }
        if (waiting.size() >= limits.waitingPerInstance()) {
            attempt.noConnection(Refusal.OVERLOADED);
            return;
        }
        waiting.addLast(attempt);
        if (opens) {
            attempt.connecting(() -> waiting.remove(attempt));
            connecting++;
            service.counters.count(Counters.UPSTREAM_OPENED);
            var connection = new Http2Upstream(service.loop, this);
            connections.add(connection);
            service.loop.connect(service, address, connection, connection::connected);
        } else {
            endTest();
        }
    }

    /** Its place is needed, perhaps. */
    private void endTest() {
        Http2Upstream tested = underTest;
        underTest = null;
        if (tested != null) {
            tested.retire();
        }
    }

    /**
     * The first connection with room for a stream, or null: of those that make way, or for want of
     * them of all, if that is better than to wait.
     */
    private @Nullable Http2Upstream withRoom(boolean evenStalled) {
        Http2Upstream stalled = null;
        for (int i = 0; i < connections.size(); i++) {
            Http2Upstream connection = connections.get(i);
            if (connection != underTest && connection.canOpen()) {
                if (!connection.isStalled()) {
                    return connection;
                }
                stalled = stalled == null ? connection : stalled;
            }
        }
        return evenStalled ? stalled : null;
    }

    @Override
    public void cancel(Attempt attempt) {
        waiting.remove(attempt);
    }

    String authority() {
        return host + ":" + address.getPort();
    }

    /** The attempt to connect has succeeded. */
    void connected() {
        connecting--;
        serve();
    }

    /**
     * It has not: so nobody who waits has anything to wait for, unless another connection works.
     */
    void notConnected(Http2Upstream connection, Refusal why) {
        connecting--;
        closed(connection);
        ended(service.loop.now());
        boolean others = connections.stream().anyMatch(this::isUsable);
        for (int left = waiting.size(); left > 0 && !others; left--) {
            Attempt next = waiting.pollFirst();
            if (next != null) {
                next.noConnection(why);
            }
        }
        if (others) {
            serve();
        }
    }

    /** Room for a stream, perhaps: whoever waited longest gets it. */
    void serve() {
        // Nobody waits for a connection that is not being opened.
        Http2Upstream connection = withRoom(connecting == 0);
        while (connection != null && !waiting.isEmpty()) {
            connection.begin(waiting.removeFirst());
            connection = withRoom(connecting == 0);
        }
        Attempt next = waiting.peekFirst();
        if (next != null && connecting == 0 && connections.stream().noneMatch(this::isUsable)) {
            // All of them take nothing new any more: one that does has to be opened.
            waiting.pollFirst();
            acquire(next, true, false);
        }
    }

    private boolean isUsable(Http2Upstream connection) {
        return connection != underTest && connection.isUsable();
    }

    void closed(Http2Upstream connection) {
        if (connection == underTest) {
            underTest = null;
        }
        if (connections.remove(connection)) {
            service.counters.count(Counters.UPSTREAM_CLOSED);
        }
    }

    /** The instance has closed one that was unused for so long. */
    void closedByInstance(Http2Upstream connection, long idleNanos, long nowNanos) {
        if (connection == underTest) {
            underTest = null;
            idleTime.tested(idleNanos, nowNanos);
        } else if (!isRetired()) {
            service.tellSeen(candidate.id(), idleTime.seen(idleNanos, nowNanos), idleNanos);
        }
    }

    /** The instance has closed one with requests on it. */
    void brokeOff(long nowNanos) {
        idleTime.brokeOff(nowNanos);
    }

    private void ended(long nowNanos) {
        if (idleTime.ended(nowNanos)) {
            service.tellEnded(candidate.id());
        }
    }

    @Override
    public void closesIdle(long nanos) {
        if (!isRetired()) {
            var _ = idleTime.seen(nanos, System.nanoTime());
        }
    }

    @Override
    public void hasEnded() {
        boolean _ = idleTime.ended(System.nanoTime());
    }

    @Override
    public long idleNanos() {
        return idleTime.nanos();
    }

    boolean isRetired() {
        return left
                || candidate.endpoint().role() == EndpointRole.DRAINING
                || service.loop.isClosing();
    }

    @Override
    public void retire() {
        List.copyOf(connections).forEach(Http2Upstream::retire);
    }

    @Override
    public void leave() {
        left = true;
        retire();
    }

    @Override
    public boolean hasLeft() {
        return left;
    }

    @Override
    public boolean isEmpty() {
        return connections.isEmpty() && waiting.isEmpty();
    }

    @Override
    public int idle() {
        return (int) connections.stream().filter(Http2Upstream::isIdle).count();
    }

    @Override
    public void tick(long nowNanos) {
        if (candidate.isOut()) {
            ended(nowNanos);
        }
        for (int i = connections.size() - 1; i >= 0; i--) {
            Http2Upstream connection = connections.get(i);
            connection.tick(nowNanos);
            if (connection.isIdle()) {
                lookAtIdle(connection, nowNanos);
            }
        }
    }

    private void lookAtIdle(Http2Upstream connection, long nowNanos) {
        long unused = nowNanos - connection.idleSince();
        if (connection == underTest) {
            if (unused > idleTime.most()) {
                idleTime.tested(unused, nowNanos);
                endTest();
            }
        } else if (unused > idleTime.nanos()) {
            if (underTest == null && idleTime.wantsTest(nowNanos)) {
                underTest = connection;
            } else {
                connection.retire();
            }
        }
    }
}
