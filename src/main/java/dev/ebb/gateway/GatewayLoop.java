package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.KeyTable;
import dev.ebb.balance.LoopShare;
import dev.ebb.gateway.http2.Http2Limits;
import dev.ebb.gateway.http2.Http2Settings;
import dev.ebb.gateway.http2.Scratch;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollTcpInfo;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop with all that its connections share: requests never leave the loop that accepted
 * them. Heads are read and written in arrays that belong to the loop, because that happens within
 * one turn. Whatever waits is looked at every {@link #TICK}; there is no timer per connection.
 */
final class GatewayLoop {
    /** How coarse the timeouts are. */
    static final Duration TICK = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(GatewayLoop.class);
    private static final int ADDED_FIELDS = 16;

    /** An instance that says nothing for so long is asked whether it lives. */
    private static final long PING_NANOS = 30_000_000_000L;

    private static final long PONG_NANOS = 5_000_000_000L;

    private final Gateway gateway;
    private final EventLoop eventLoop;
    private final int number;
    private final GatewaySettings settings;
    private final RouteTable routes;
    private final List<LoopService> services = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final Counters unrouted = new Counters();
    private final RequestHead requestHead;
    private final ResponseHead responseHead;
    private final RequestHead outgoingHead;
    private final ForwardedFor forwardedFor;
    private final HeapReturn heap;
    private final Http2Heads http2Heads = new Http2Heads();
    private final Scratch scratch = new Scratch();
    private final RequestFields requestFields = new RequestFields();
    private final Http2Settings toInstances;
    private final Http2Settings toClients;
    private final List<Http2Client> toSend = new ArrayList<>();
    private final List<Attempt> toFlush = new ArrayList<>();
    private final HeadRewriter rewriter;
    private final RequestIds requestIds;
    private final RandomGenerator random;
    private final @Nullable AccessTap access;
    private final Bootstrap upstream;
    private final Optional<Handshakes> handshakes;
    private final EpollTcpInfo[] tcpInfo = new EpollTcpInfo[1];
    private boolean closing;
    private boolean cutting;
    private long turnNanos = System.nanoTime();
    private long closeIdleFromNanos;
    private long askUntilNanos;
    private int bugs;

    GatewayLoop(
            Gateway gateway,
            EventLoop eventLoop,
            int number,
            GatewaySettings settings,
            RouteTable routes,
            RandomGenerator random) {
        this.gateway = gateway;
        this.eventLoop = eventLoop;
        this.number = number;
        this.settings = settings;
        this.routes = routes;
        this.random = random;
        Limits limits = settings.limits();
        requestHead = new RequestHead(new Head(limits.headFields()), limits.targetBytes());
        responseHead = new ResponseHead(new Head(limits.headFields()));
        // What the rewriter adds to a head must not make it too long here.
        outgoingHead =
                new RequestHead(new Head(limits.headFields() + ADDED_FIELDS), Integer.MAX_VALUE);
        toInstances =
                Http2Settings.DEFAULT
                        .withHeaders(4096, limits.headBytes(), true)
                        .withLimits(Http2Limits.FOR_INSTANCES)
                        .withPings(PING_NANOS, PONG_NANOS);
        toClients = settings.http2().withHeaders(4096, limits.headBytes(), true);
        rewriter = new HeadRewriter(settings);
        heap = HeapReturn.of(gateway);
        forwardedFor = new ForwardedFor(settings.heads().trust());
        requestIds = new RequestIds(settings.heads().requestId());
        upstream = upstream(eventLoop, settings);
        access = gateway.accessLog().map(log -> log.tap(number)).orElse(null);
        handshakes = gateway.tlsServer().map(server -> new Handshakes(this, server));
    }

    private static Bootstrap upstream(EventLoop eventLoop, GatewaySettings settings) {
        return new Bootstrap()
                .group(eventLoop)
                .channel(settings.loops().transport().socketChannel())
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        (int) settings.timeouts().connect().toMillis())
                // A write that fails must not take away the answer that is still to be read.
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark(settings));
    }

    static WriteBufferWaterMark waterMark(GatewaySettings settings) {
        int high = settings.limits().writeBufferBytes();
        return new WriteBufferWaterMark(high / 2, high);
    }

    /** Before any connection: the services, and the clock. */
    void begin(List<GatewayService> all) {
        for (GatewayService service : all) {
            var tls = gateway.tlsClient(service.name());
            services.add(new LoopService(this, service, services.size(), tls));
        }
        long tick = TICK.toMillis();
        var _ = eventLoop.scheduleAtFixedRate(this::tick, tick, tick, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            turnNanos = System.nanoTime();
            long now = turnNanos;
            for (LoopService service : services) {
                service.tick(now);
            }
            if (isHome()) {
                heap.tick(now);
            }
            if (closing) {
                ask(null, LongStream.Why.GOING_AWAY, askUntilNanos, now);
            }
            // From the end, because a connection that closes takes the last one's place.
            for (int i = clients.size() - 1; i >= 0; i--) {
                Client client = clients.get(i);
                client.tick(now);
                if (closing && now - closeIdleFromNanos > 0) {
                    client.closeIdle();
                }
            }
            if (handshakes.isPresent()) {
                handshakes.get().tick(now);
                if (closing && now - closeIdleFromNanos > 0) {
                    handshakes.get().closeSilent();
                }
            }
        } catch (RuntimeException e) {
            bug(e);
        }
    }

    // ---- What connections share

    Gateway gateway() {
        return gateway;
    }

    GatewaySettings settings() {
        return settings;
    }

    RouteTable routes() {
        return routes;
    }

    /**
     * Whether the request came over https to us or, if they are trusted, to the proxy before us.
     */
    boolean overHttps(RequestHead request, Peer peer) {
        return peer.secure || (peer.trusted && request.wasForwardedFromHttps());
    }

    RequestHead requestHead() {
        return requestHead;
    }

    ResponseHead responseHead() {
        return responseHead;
    }

    /** For reading our own text of a request again. */
    RequestHead outgoingHead() {
        return outgoingHead;
    }

    ForwardedFor forwardedFor() {
        return forwardedFor;
    }

    Http2Heads http2Heads() {
        return http2Heads;
    }

    Scratch scratch() {
        return scratch;
    }

    RequestFields requestFields() {
        return requestFields;
    }

    Http2Settings toClients() {
        return toClients;
    }

    /** After all that has come in on any connection: many answers go out in one send. */
    void flushSoon(Http2Client client) {
        toSend.add(client);
        if (toSend.size() == 1) {
            eventLoop.execute(this::flushAll);
        }
    }

    /** One client's fault must not keep the others' bytes back. */
    private void flushAll() {
        for (int i = 0; i < toSend.size(); i++) {
            Http2Client client = toSend.get(i);
            try {
                client.flushNow();
            } catch (RuntimeException e) {
                bug(e);
                client.closeNow();
            }
        }
        toSend.clear();
    }

    Http2Settings toInstances() {
        return toInstances;
    }

    /** Something was written to the attempt's client; {@link #flushClients} follows. */
    void flushLater(Attempt attempt) {
        if (toFlush.isEmpty() || toFlush.getLast() != attempt) {
            toFlush.add(attempt);
        }
    }

    /** Once for all answers that came in one read. */
    void flushClients() {
        for (int i = 0; i < toFlush.size(); i++) {
            toFlush.get(i).flushClient();
        }
        toFlush.clear();
    }

    HeadRewriter rewriter() {
        return rewriter;
    }

    RequestIds requestIds() {
        return requestIds;
    }

    /** Where requests are logged; null without an access log. */
    @Nullable AccessTap access() {
        return access;
    }

    RandomGenerator random() {
        return random;
    }

    ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    EpollTcpInfo tcpInfo() {
        EpollTcpInfo info = tcpInfo[0];
        if (info == null) {
            info = new EpollTcpInfo();
            tcpInfo[0] = info;
        }
        return info;
    }

    LoopService service(int index) {
        return services.get(index);
    }

    /** Something has come in, and the time is looked at once for all that follows from it. */
    long turn() {
        unrouted.count(Counters.TURNS);
        turnNanos = System.nanoTime();
        return turnNanos;
    }

    /** When the present turn began: for what happens in the same turn as the bytes' coming. */
    long now() {
        return turnNanos;
    }

    /** Any thread: requests that have come so far, and whatever else has come in. */
    long activity() {
        long sum = unrouted.value(Counters.REQUESTS) + unrouted.value(Counters.TURNS);
        for (LoopService service : services) {
            sum += service.counters.value(Counters.REQUESTS);
        }
        return sum;
    }

    Counters unrouted() {
        return unrouted;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    int loops() {
        return settings.loops().count();
    }

    /** Its part of what is limited for all loops together. */
    LoopShare share() {
        return new LoopShare(number, settings.loops().count());
    }

    /** The loop that checks instances and tells what their health is. */
    boolean isHome() {
        return number == 0;
    }

    /** Says so, but not for ever: an error in each request must not fill the disk. */
    void bug(Throwable cause) {
        if (bugs++ < 100) {
            LOG.error("An error in the gateway itself; the connection was closed", cause);
        }
    }

    /**
     * Opens a connection after all that has come in up to now: a socket that is closed in between
     * would leave its number to the new one, which would then be told what befell the old one.
     *
     * @param connection gets what comes over it
     * @param asker is told how connecting ended
     */
    void connect(
            LoopService service,
            InetSocketAddress address,
            ChannelHandler connection,
            TlsDialer.Asker asker) {
        eventLoop.execute(() -> connectNow(service, address, connection, asker));
    }

    private void connectNow(
            LoopService service,
            InetSocketAddress address,
            ChannelHandler connection,
            TlsDialer.Asker asker) {
        if (service.tls.isPresent()) {
            service.tls.get().connect(upstream.clone(), address, connection, asker);
            return;
        }
        ChannelFuture opened = upstream.clone().handler(connection).connect(address);
        opened.addListener((ChannelFuture done) -> asker.connected(done.channel(), done.cause()));
    }

    // ---- Clients

    Optional<Handshakes> handshakes() {
        return handshakes;
    }

    /** A connection has ended before its handshake was done. */
    void neverAccepted() {
        gateway.clientClosed();
    }

    /** A client's connection stands, after its handshake if there is one. */
    void accepted(Channel channel) {
        unrouted.count(Counters.CLIENTS_OPENED);
        boolean http2 = Secured.of(channel).map(tls -> tls.protocol().equals("h2")).orElse(false);
        Client client =
                http2 ? new Http2Client(this, channel) : new ClientConnection(this, channel);
        client.slot = clients.size();
        clients.add(client);
        channel.pipeline().addLast(client);
    }

    /** The client has begun to speak HTTP/2 without being asked; owns its bytes. */
    void speaksHttp2(ClientConnection before, Channel channel, ByteBuf bytes) {
        var client = new Http2Client(this, channel);
        client.slot = before.slot;
        before.slot = -1;
        clients.set(client.slot, client);
        channel.pipeline().replace(before, null, client);
        channel.config().setAutoRead(true);
        client.receive(bytes);
    }

    void clientClosed(Client client) {
        if (client.slot < 0) {
            return;
        }
        unrouted.count(Counters.CLIENTS_CLOSED);
        gateway.clientClosed();
        Client last = clients.removeLast();
        if (client.slot < clients.size()) {
            clients.set(client.slot, last);
            last.slot = client.slot;
        }
        client.slot = -1;
    }

    /** Later in this turn, because balancers tell of ejections in the midst of their work. */
    void silent(Candidate ejected) {
        eventLoop.execute(() -> {
            for (int i = clients.size() - 1; i >= 0; i--) {
                clients.get(i).silent(ejected);
            }
        });
    }

    /**
     * Asks long streams to end, a part of them at each tick, so that their clients do not all come
     * back at once.
     *
     * @param leaving whose streams; null for all
     * @param untilNanos when the last one is to be asked
     */
    void ask(@Nullable Candidate leaving, LongStream.Why why, long untilNanos, long nowNanos) {
        double chance = (double) TICK.toNanos() / Math.max(1, untilNanos - nowNanos);
        for (int i = clients.size() - 1; i >= 0; i--) {
            clients.get(i).ask(leaving, why, chance);
        }
    }

    // ---- Other threads' side

    void publish(int service, EndpointSnapshot snapshot, @Nullable KeyTable table) {
        eventLoop.execute(() -> services.get(service).apply(snapshot, table, System.nanoTime()));
    }

    void tell(Consumer<GatewayLoop> what) {
        eventLoop.execute(() -> what.accept(this));
    }

    void tellOthers(Consumer<GatewayLoop> what) {
        gateway.loops().stream().filter(loop -> loop != this).forEach(loop -> loop.tell(what));
    }

    /** No keep-alive any more from now on; idle clients are let go of after a moment. */
    void beginClosing(Duration grace, Duration deadline) {
        eventLoop.execute(() -> {
            closing = true;
            Duration spread = settings.timeouts().drainSpread();
            Duration half = deadline.dividedBy(2);
            askUntilNanos =
                    System.nanoTime() + (spread.compareTo(half) < 0 ? spread : half).toNanos();
            closeIdleFromNanos = System.nanoTime() + grace.toNanos();
        });
    }

    boolean isClosing() {
        return closing;
    }

    /** What ends now is ended by us, whoever seems to close. */
    boolean isCutting() {
        return cutting;
    }

    void closeAll() {
        eventLoop.execute(() -> {
            cutting = true;
            handshakes.ifPresent(Handshakes::closeAll);
            List.copyOf(clients).forEach(Client::closeNow);
            services.forEach(LoopService::retireAll);
        });
    }
}
