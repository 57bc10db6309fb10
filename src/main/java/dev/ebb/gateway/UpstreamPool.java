package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's connections to one instance. The connection used last is used first, so that
 * under little load the others grow old and are closed before the instance closes them: see {@link
 * IdleTime}. One event loop.
 */
final class UpstreamPool implements InstancePool {
    final LoopService service;
    final Candidate candidate;
    private final String host;
    private final InetSocketAddress address;
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    private final ArrayDeque<Attempt> waiting = new ArrayDeque<>();
    private final Limits limits;
    private final IdleTime idleTime;

    /** Is kept to see how long the instance leaves it open; never used. */
    private @Nullable UpstreamConnection underTest;

    private int open;
    private boolean left;

    UpstreamPool(LoopService service, Candidate candidate) {
        this.service = service;
        this.candidate = candidate;
        limits = service.loop.settings().limits();
        idleTime = new IdleTime(service.loop.settings().timeouts().upstreamIdle().toNanos());
        host = candidate.endpoint().host();
        address = address(host, candidate.endpoint().port());
    }

    @Override
    public boolean leadsTo(Endpoint endpoint) {
        return address.getPort() == endpoint.port() && host.equals(endpoint.host());
    }

    /** Literal addresses are not looked up; a name is, when connecting. */
    static InetSocketAddress address(String host, int port) {
        var literal = NetUtil.createInetAddressFromIpAddressString(host);
        if (literal != null) {
            return new InetSocketAddress(literal, port);
        }
        return host.equals("localhost")
                ? new InetSocketAddress(NetUtil.LOCALHOST4, port)
                : InetSocketAddress.createUnresolved(host, port);
    }

    @Override
    public void acquire(Attempt attempt, boolean fresh, boolean careful) {
        long now = service.loop.now();
        UpstreamConnection pooled = fresh ? null : idle.pollLast();
        while (pooled != null) {
            if (now - pooled.idleSince() <= idleTime.nanos()) {
                if (pooled.isOpen(careful)) {
                    pooled.take(attempt);
                    return;
                }
                closedByInstance(now - pooled.idleSince(), now);
            }
            pooled.close();
            pooled = idle.pollLast();
        }
        if (open < limits.connectionsPerInstance()) {
            connect(attempt);
        } else if (waiting.size() < limits.waitingPerInstance()) {
            waiting.addLast(attempt);
            endTest();
        } else {
            attempt.noConnection(Refusal.OVERLOADED);
        }
    }

    private void connect(Attempt attempt) {
        open++;
        service.counters.count(Counters.UPSTREAM_OPENED);
        var connection = new UpstreamConnection(service.loop, this, attempt);
        attempt.connecting(connection);
        service.loop.connect(service, address, connection, connection::connected);
    }

    @Override
    public void cancel(Attempt attempt) {
        waiting.remove(attempt);
    }

    /** The connection has done its work well and may do more. */
    void release(UpstreamConnection connection, long nowNanos) {
        if (isRetired()) {
            connection.close();
            return;
        }
        Attempt next = waiting.pollFirst();
        if (next != null) {
            connection.take(next);
        } else if (idle.size() < limits.idlePerInstance() && !service.loop.isClosing()) {
            connection.rest(nowNanos);
            idle.addLast(connection);
        } else {
            connection.close();
        }
    }

    /** The attempt to connect has failed. */
    void notConnected(UpstreamConnection connection) {
        long now = service.loop.now();
        closed(connection, false, 0, now);
        ended(now);
    }

    /** The connection is closed, whoever did it. */
    void closed(UpstreamConnection connection, boolean byInstance, long idleNanos, long nowNanos) {
        open--;
        service.counters.count(Counters.UPSTREAM_CLOSED);
        if (connection == underTest) {
            underTest = null;
            if (byInstance) {
                idleTime.tested(idleNanos, nowNanos);
            }
        } else if (idle.remove(connection) && byInstance) {
            closedByInstance(idleNanos, nowNanos);
        }
        Attempt next = waiting.pollFirst();
        if (next != null) {
            connect(next);
        }
    }

    /** The instance says that it closes connections that are unused for so long. */
    void promisedIdle(long nanos) {
        idleTime.promised(nanos);
    }

    /** The instance has closed one that was unused for so long. */
    void closedByInstance(long idleNanos, long nowNanos) {
        if (!isRetired()) {
            service.tellSeen(candidate.id(), idleTime.seen(idleNanos, nowNanos), idleNanos);
        }
    }

    /** The instance is about to end: what it closes shows no habit. */
    private boolean isRetired() {
        return left || candidate.endpoint().role() == EndpointRole.DRAINING;
    }

    /** The instance has closed one in the midst of an answer, or before it. */
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

    @Override
    public void retire() {
        endTest();
        UpstreamConnection connection = idle.pollLast();
        while (connection != null) {
            connection.close();
            connection = idle.pollLast();
        }
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
        return open == 0 && waiting.isEmpty() && idle.isEmpty();
    }

    @Override
    public int idle() {
        return idle.size();
    }

    @Override
    public void tick(long nowNanos) {
        if (candidate.isOut()) {
            ended(nowNanos);
        }
        long oldest = nowNanos - idleTime.nanos();
        UpstreamConnection connection = idle.peekFirst();
        while (connection != null && connection.idleSince() - oldest < 0) {
            idle.pollFirst();
            if (underTest == null && idleTime.wantsTest(nowNanos)) {
                underTest = connection;
            } else {
                connection.close();
            }
            connection = idle.peekFirst();
        }
        UpstreamConnection tested = underTest;
        if (tested != null && nowNanos - tested.idleSince() > idleTime.most()) {
            idleTime.tested(nowNanos - tested.idleSince(), nowNanos);
            endTest();
        }
    }

    private void endTest() {
        UpstreamConnection tested = underTest;
        underTest = null;
        if (tested != null) {
            tested.close();
        }
    }
}
