package dev.ebb.xds;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** A stream that speaks the state of the world. */
final class WholeStream
        extends DiscoveryStream<DiscoveryRequest, DiscoveryResponse, WholeSubscription> {

    WholeStream(
            Discovery discovery,
            Optional<ResourceType> only,
            StreamObserver<DiscoveryResponse> out) {
        super(discovery, only, out);
    }

    @Override
    Node nodeOf(DiscoveryRequest request) {
        return request.getNode();
    }

    @Override
    String typeOf(DiscoveryRequest request) {
        return request.getTypeUrl();
    }

    @Override
    WholeSubscription subscription(Flavor flavor, ResourceType type) {
        return new WholeSubscription(flavor, type, discovery.store());
    }

    @Override
    void take(WholeSubscription subscription, DiscoveryRequest request, long nowNanos) {
        subscription.onRequest(request, nowNanos);
    }

    @Override
    Optional<DiscoveryResponse> next(WholeSubscription subscription, String nonce) {
        return subscription.next(nonce);
    }
}
