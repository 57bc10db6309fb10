package dev.ebb.xds;

import com.google.rpc.Code;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.load_stats.v3.LoadReportingServiceGrpc;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsRequest;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsResponse;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a gateway to Ebb: a stream of changes, and one of load reports. It is never
 * used again once it has ended. Its callbacks run on the given {@link Ears}' thread; so must calls.
 */
final class XdsConnection {
    private static final int ANSWER_MAX_BYTES = 32 << 20;
    private static final int CONNECT_MILLIS = 3_000;
    private static final long KEEPALIVE_SECONDS = 10;
    private static final long KEEPALIVE_WAIT_SECONDS = 5;
    private static final long END_SECONDS = 2;

    /** Who is told what has come. */
    interface Ears {
        /** Runs it on the thread that all else is on. */
        void run(Runnable task);

        void answered(XdsConnection from, DeltaDiscoveryResponse answer);

        /** Ebb wants to have the load, once in so long a time. */
        void wantsLoads(XdsConnection from, Duration every);

        void ended(XdsConnection which, String why);
    }

    private final Ears ears;
    private final Node node;
    private final ManagedChannel channel;
    private final StreamObserver<DeltaDiscoveryRequest> discovery;
    private final StreamObserver<LoadStatsRequest> loads;
    private boolean introduced;
    private boolean over;

    private abstract class Incoming<T> implements StreamObserver<T> {
        @Override
        public void onError(Throwable why) {
            ears.run(() -> end(io.grpc.Status.fromThrowable(why)));
        }

        @Override
        public void onCompleted() {
            ears.run(() -> end(io.grpc.Status.UNAVAILABLE.withDescription("it was closed")));
        }
    }

    /**
     * @param certificates for TLS, if Ebb speaks it
     */
    XdsConnection(XdsClientSettings settings, Optional<XdsCertificates> certificates, Ears ears) {
        this.ears = ears;
        node =
                Node.newBuilder()
                        .setId(settings.node())
                        .setCluster("ebb")
                        .setUserAgentName(Flavor.EBB_AGENT)
                        .build();
        channel = channel(settings, certificates);
        discovery =
                AggregatedDiscoveryServiceGrpc.newStub(channel)
                        .deltaAggregatedResources(
                                new Incoming<DeltaDiscoveryResponse>() {
                                    @Override
                                    public void onNext(DeltaDiscoveryResponse answer) {
                                        ears.run(() -> answered(answer));
                                    }
                                });
        loads =
                LoadReportingServiceGrpc.newStub(channel)
                        .streamLoadStats(
                                new Incoming<LoadStatsResponse>() {
                                    @Override
                                    public void onNext(LoadStatsResponse answer) {
                                        ears.run(() -> wanted(answer));
                                    }
                                });
        loads.onNext(LoadStatsRequest.newBuilder().setNode(node).build());
    }

    private static ManagedChannel channel(
            XdsClientSettings settings, Optional<XdsCertificates> certificates) {
        ChannelCredentials credentials =
                certificates
                        .map(XdsCertificates::ofClient)
                        .orElseGet(InsecureChannelCredentials::create);
        var builder =
                NettyChannelBuilder.forAddress(settings.ebb(), credentials)
                        .directExecutor()
                        .maxInboundMessageSize(ANSWER_MAX_BYTES)
                        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(KEEPALIVE_WAIT_SECONDS, TimeUnit.SECONDS);
        settings.tls().flatMap(XdsClientTls::serverName).ifPresent(builder::overrideAuthority);
        return builder.build();
    }

    private void answered(DeltaDiscoveryResponse answer) {
        if (!over) {
            ears.answered(this, answer);
        }
    }

    private void wanted(LoadStatsResponse answer) {
        if (!over) {
            var every = answer.getLoadReportingInterval();
            ears.wantsLoads(this, Duration.ofSeconds(every.getSeconds(), every.getNanos()));
        }
    }

    /**
     * Asks for resources.
     *
     * @param names none for all
     * @param known the versions that are in use
     */
    void subscribe(ResourceType type, Collection<String> names, Map<String, String> known) {
        send(
                request(type)
                        .addAllResourceNamesSubscribe(names)
                        .putAllInitialResourceVersions(known));
    }

    void acknowledge(ResourceType type, String nonce) {
        send(request(type).setResponseNonce(nonce));
    }

    void refuse(ResourceType type, String nonce, String why) {
        send(
                request(type)
                        .setResponseNonce(nonce)
                        .setErrorDetail(
                                Status.newBuilder()
                                        .setCode(Code.INVALID_ARGUMENT_VALUE)
                                        .setMessage(why)));
    }

    void report(List<ClusterStats> stats) {
        if (!over) {
            loads.onNext(LoadStatsRequest.newBuilder().addAllClusterStats(stats).build());
        }
    }

    private DeltaDiscoveryRequest.Builder request(ResourceType type) {
        return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.url);
    }

    private void send(DeltaDiscoveryRequest.Builder request) {
        if (over) {
            return;
        }
        if (!introduced) {
            request.setNode(node);
            introduced = true;
        }
        discovery.onNext(request.build());
    }

    private void end(io.grpc.Status why) {
        if (over) {
            return;
        }
        over = true;
        channel.shutdownNow();
        String detail = why.getCause() == null ? why.getDescription() : why.getCause().getMessage();
        ears.ended(this, "%s: %s".formatted(why.getCode(), detail));
    }

    /** Says that it ends because nothing is in flight any more, and waits until that is said. */
    void leave() throws InterruptedException {
        if (over) {
            return;
        }
        over = true;
        discovery.onCompleted();
        loads.onCompleted();
        channel.shutdown();
        if (!channel.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            channel.shutdownNow();
        }
    }
}
