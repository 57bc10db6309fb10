package dev.ebb.xds;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.EndpointReport;
import dev.ebb.control.EndpointSink.Report;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** An xDS server with a clock that the test moves, and channels to it. */
final class TestXds implements AutoCloseable {
    static final ServiceName HELLO = new ServiceName("hello");
    static final ServiceName OTHER = new ServiceName("other");
    static final Duration GRACE = Duration.ofSeconds(30);
    static final Duration QUIET = Duration.ofSeconds(20);

    final AtomicLong clock = new AtomicLong(1_000_000_000_000L);
    final XdsServer server;
    private final List<ManagedChannel> channels = new ArrayList<>();

    private TestXds(XdsSettings settings) throws IOException {
        server = XdsServer.start(settings, clock::get);
    }

    static TestXds start(ServiceName... services) throws IOException {
        return new TestXds(settings(0, 10_000, services));
    }

    static XdsSettings settings(int port, int proxy, ServiceName... services) {
        return new XdsSettings(
                loopback(port),
                loopback(proxy),
                List.of(services).stream().map(TestXds::service).toList(),
                GRACE,
                QUIET,
                Duration.ofSeconds(1));
    }

    static XdsService service(ServiceName name) {
        var route =
                new XdsRoute(
                        Optional.empty(),
                        Optional.empty(),
                        name.equals(HELLO) ? "/" : "/" + name,
                        List.of(),
                        Map.of(),
                        Optional.empty(),
                        Optional.empty());
        return new XdsService(name, List.of(route), false, Duration.ofSeconds(2));
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Instances from 1 on, at ports from 9001 on; the roles in this order. */
    static EndpointSnapshot snapshot(ServiceName service, long generation, EndpointRole... roles) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < roles.length; i++) {
            endpoints.add(
                    new Endpoint(
                            new InstanceId(service, i + 1),
                            "127.0.0.1",
                            9001 + i,
                            roles[i],
                            1,
                            Endpoint.NO_RAMP));
        }
        return new EndpointSnapshot(service, generation, endpoints);
    }

    ManagedChannel channel() {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(server.address()).usePlaintext().build();
        channels.add(channel);
        return channel;
    }

    static Node node(String id) {
        return Node.newBuilder().setId(id).setUserAgentName("envoy").build();
    }

    void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    Report report(ServiceName service) {
        return server.report(service, new Now(clock.get(), 0));
    }

    int inFlight(ServiceName service, int ordinal) {
        EndpointReport one = report(service).endpoints().get(new InstanceId(service, ordinal));
        return one == null ? 0 : one.traffic().inFlight();
    }

    /** Health by port. */
    static Map<Integer, HealthStatus> health(ClusterLoadAssignment assignment) {
        Map<Integer, HealthStatus> health = new TreeMap<>();
        assignment
                .getEndpointsList()
                .forEach(locality -> {
                    for (LbEndpoint one : locality.getLbEndpointsList()) {
                        int port = one.getEndpoint().getAddress().getSocketAddress().getPortValue();
                        health.put(port, one.getHealthStatus());
                    }
                });
        return health;
    }

    @Override
    public void close() {
        try {
            for (ManagedChannel channel : channels) {
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.close();
    }
}
