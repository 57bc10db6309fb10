package dev.ebb.xds;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** A stream that speaks of changes only. */
final class DeltaStream
        extends DiscoveryStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse, DeltaSubscription> {
    /** For one that never asks for routes. */
    private static final Duration ROUTES_WAIT = Duration.ofSeconds(5);

    DeltaStream(
            Discovery discovery,
            Optional<ResourceType> only,
            StreamObserver<DeltaDiscoveryResponse> out) {
        super(discovery, only, out);
    }

    @Override
    Node nodeOf(DeltaDiscoveryRequest request) {
        return request.getNode();
    }

    @Override
    String typeOf(DeltaDiscoveryRequest request) {
        return request.getTypeUrl();
    }

    @Override
    DeltaSubscription subscription(Flavor flavor, ResourceType type) {
        return new DeltaSubscription(flavor, type, discovery.store(), () -> mayRemove(type));
    }

    /** A cluster goes after the routes that led to it: first made, then broken. */
    private boolean mayRemove(ResourceType type) {
        boolean referredTo = type == ResourceType.CLUSTER || type == ResourceType.ENDPOINT;
        if (!referredTo || !isAds()) {
            return true;
        }
        if (discovery.nanoTime() - openedNanos > ROUTES_WAIT.toNanos()) {
            return true;
        }
        return Stream.of(ResourceType.LISTENER, ResourceType.ROUTE)
                .map(subscriptions::get)
                .allMatch(s -> s != null && s.isSettled());
    }

    @Override
    void take(DeltaSubscription subscription, DeltaDiscoveryRequest request, long nowNanos) {
        subscription.onRequest(request, nowNanos);
    }

    @Override
    Optional<DeltaDiscoveryResponse> next(DeltaSubscription subscription, String nonce) {
        return subscription.next(nonce, discovery.nanoTime());
    }
}
