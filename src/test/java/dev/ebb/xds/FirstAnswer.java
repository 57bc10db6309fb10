package dev.ebb.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an xDS server says first of a cluster's endpoints, to an Envoy that has just come.
 *
 * @param version of the resource, which is a digest of its content
 * @param health by address, as the protocol spells it
 */
public record FirstAnswer(String version, Map<String, String> health) {
    public FirstAnswer {
        health = Map.copyOf(health);
    }

    /** Waits for a server that does not listen yet. */
    public static FirstAnswer of(int port, String cluster) throws InterruptedException {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .usePlaintext()
                        .build();
        try {
            var stub = AggregatedDiscoveryServiceGrpc.newStub(channel).withWaitForReady();
            var stream =
                    new TestStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(
                            stub::deltaAggregatedResources);
            stream.send(
                    DeltaDiscoveryRequest.newBuilder()
                            .setNode(TestXds.node("witness"))
                            .setTypeUrl(ResourceType.ENDPOINT.url)
                            .addResourceNamesSubscribe(cluster)
                            .build());
            return of(stream.next().getResources(0));
        } finally {
            channel.shutdownNow();
        }
    }

    private static FirstAnswer of(Resource resource) {
        Map<String, String> health = new TreeMap<>();
        try {
            resource.getResource()
                    .unpack(ClusterLoadAssignment.class)
                    .getEndpointsList()
                    .forEach(locality -> {
                        for (LbEndpoint one : locality.getLbEndpointsList()) {
                            health.put(
                                    one.getEndpoint().getAddress().getSocketAddress().getAddress(),
                                    one.getHealthStatus().name());
                        }
                    });
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return new FirstAnswer(resource.getVersion(), health);
    }
}
