package dev.ebb.xds;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.DataPlanes.Witness;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Serves xDS and LRS: an {@link EndpointSink} whose data planes are Envoys and gRPC clients. As a
 * sink it is for the control thread; the rest may be called by anyone.
 */
public final class XdsServer implements EndpointSink, AutoCloseable {
    private static final int THREADS = 2;
    private static final int REQUEST_MAX_BYTES = 8 << 20;
    private static final long KEEPALIVE_SECONDS = 10;
    private static final long KEEPALIVE_WAIT_SECONDS = 5;
    private static final long FILES_SECONDS = 2;

    private final Discovery discovery;
    private final Server server;
    private final ExecutorService threads;
    private final ScheduledExecutorService files;

    private XdsServer(
            Discovery discovery,
            Server server,
            ExecutorService threads,
            ScheduledExecutorService files) {
        this.discovery = discovery;
        this.server = server;
        this.threads = threads;
        this.files = files;
    }

    /**
     * Listens.
     *
     * @throws IOException when the address cannot be had, or a file for TLS cannot be used
     */
    public static XdsServer start(XdsSettings settings) throws IOException {
        return start(settings, System::nanoTime);
    }

    static XdsServer start(XdsSettings settings, LongSupplier clock) throws IOException {
        var discovery = new Discovery(settings, clock);
        Optional<XdsCertificates> certificates = Optional.empty();
        if (settings.tls().isPresent()) {
            certificates = Optional.of(XdsCertificates.of(settings.tls().get()));
        }
        boolean required = settings.tls().map(XdsServerTls::required).orElse(false);
        ServerCredentials credentials =
                certificates
                        .map(c -> c.ofServer(required))
                        .orElseGet(InsecureServerCredentials::create);
        ExecutorService threads =
                Executors.newFixedThreadPool(
                        THREADS, Thread.ofPlatform().daemon().name("xds-", 0).factory());
        var builder =
                NettyServerBuilder.forAddress(settings.listen(), credentials)
                        .executor(threads)
                        .maxInboundMessageSize(REQUEST_MAX_BYTES)
                        // Who is gone without a word is found out within 15 s.
                        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(KEEPALIVE_WAIT_SECONDS, TimeUnit.SECONDS)
                        .permitKeepAliveTime(1, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true);
        new XdsServices(discovery, settings).all().forEach(builder::addService);
        try {
            Server server = builder.build().start();
            return new XdsServer(discovery, server, threads, watch(certificates));
        } catch (IOException e) {
            threads.shutdownNow();
            throw e;
        }
    }

    private static ScheduledExecutorService watch(Optional<XdsCertificates> certificates) {
        ScheduledExecutorService files =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("xds-certificates").factory());
        certificates.ifPresent(some -> {
            var _ =
                    files.scheduleWithFixedDelay(
                            some::readAgain, FILES_SECONDS, FILES_SECONDS, TimeUnit.SECONDS);
        });
        return files;
    }

    /** Where it listens, with the port that was really taken. */
    public InetSocketAddress address() {
        for (SocketAddress address : server.getListenSockets()) {
            if (address instanceof InetSocketAddress at) {
                return at;
            }
        }
        throw new IllegalStateException("it does not listen");
    }

    @Override
    public void publish(EndpointSnapshot snapshot) {
        discovery.publish(snapshot);
    }

    /** Takes in which services there are, in the place of those of the settings. */
    public void serve(List<XdsService> services) {
        discovery.serve(services);
    }

    /** Who has asked for a service, and is connected. */
    public List<Witness> witnesses(ServiceName service) {
        return discovery.witnesses(service);
    }

    /** Takes in which instances Ebb's own checks have ejected: they are told to be unhealthy. */
    @Override
    public void eject(ServiceName service, Set<InstanceId> instances) {
        discovery.eject(service, instances);
    }

    /** Latencies, and who is ejected, are what Ebb's own gateways say: no other data plane does. */
    @Override
    public Report report(ServiceName service, Now now) {
        Standing standing = discovery.standing(service);
        Map<InstanceId, EndpointReport> endpoints = new HashMap<>();
        standing.inFlight()
                .forEach((id, inFlight) -> {
                    Loads.Totals totals = discovery.totals(id);
                    Optional<Reason> ejected = discovery.ejected(id);
                    endpoints.put(
                            id,
                            new EndpointReport(
                                    new TrafficReading(
                                            now.monotonicNanos(),
                                            (int) Math.min(inFlight, Integer.MAX_VALUE),
                                            0,
                                            totals.requests(),
                                            totals.failures(),
                                            totals.nanos()),
                                    ejected.isPresent() ? Health.EJECTED : Health.UNKNOWN,
                                    ejected,
                                    Ledger.CLEAN));
                });
        return new Report(
                standing.acknowledged(),
                endpoints,
                discovery.latency(service),
                Optional.empty(),
                standing.standIns());
    }

    /** As data planes pass it on, those that do; see {@link SelfFigures}. */
    @Override
    public Map<InstanceId, Told> told(ServiceName service) {
        return discovery.told(service);
    }

    @Override
    public Optional<Hold> uncounted() {
        return discovery.uncounted();
    }

    /** Who refuses what it was sent, and why; for people. */
    public Optional<String> trouble() {
        return discovery.refusal();
    }

    /** Ends all streams, and gives the address back. What data planes have stays as it is. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(KEEPALIVE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
        files.shutdownNow();
    }
}
