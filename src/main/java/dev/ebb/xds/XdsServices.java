package dev.ebb.xds;

import io.envoyproxy.envoy.service.cluster.v3.ClusterDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.endpoint.v3.EndpointDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.listener.v3.ListenerDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.load_stats.v3.LoadReportingServiceGrpc;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsRequest;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsResponse;
import io.envoyproxy.envoy.service.route.v3.RouteDiscoveryServiceGrpc;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;

/** The gRPC services: all types on one stream, each on one of its own, and load reports. */
final class XdsServices {
    private final Discovery discovery;
    private final XdsSettings settings;

    XdsServices(Discovery discovery, XdsSettings settings) {
        this.discovery = discovery;
        this.settings = settings;
    }

    List<BindableService> all() {
        return List.of(
                new All(),
                new Clusters(),
                new Endpoints(),
                new Listeners(),
                new Routes(),
                new LoadReports());
    }

    private StreamObserver<DiscoveryRequest> whole(
            ResourceType only, StreamObserver<DiscoveryResponse> out) {
        return new WholeStream(discovery, Optional.of(only), out);
    }

    private StreamObserver<DeltaDiscoveryRequest> delta(
            ResourceType only, StreamObserver<DeltaDiscoveryResponse> out) {
        return new DeltaStream(discovery, Optional.of(only), out);
    }

    private final class All
            extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DiscoveryRequest> streamAggregatedResources(
                StreamObserver<DiscoveryResponse> out) {
            return new WholeStream(discovery, Optional.empty(), out);
        }

        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> out) {
            return new DeltaStream(discovery, Optional.empty(), out);
        }
    }

    private final class Clusters
            extends ClusterDiscoveryServiceGrpc.ClusterDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DiscoveryRequest> streamClusters(
                StreamObserver<DiscoveryResponse> out) {
            return whole(ResourceType.CLUSTER, out);
        }

        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaClusters(
                StreamObserver<DeltaDiscoveryResponse> out) {
            return delta(ResourceType.CLUSTER, out);
        }
    }

    private final class Endpoints
            extends EndpointDiscoveryServiceGrpc.EndpointDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DiscoveryRequest> streamEndpoints(
                StreamObserver<DiscoveryResponse> out) {
            return whole(ResourceType.ENDPOINT, out);
        }

        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaEndpoints(
                StreamObserver<DeltaDiscoveryResponse> out) {
            return delta(ResourceType.ENDPOINT, out);
        }
    }

    private final class Listeners
            extends ListenerDiscoveryServiceGrpc.ListenerDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DiscoveryRequest> streamListeners(
                StreamObserver<DiscoveryResponse> out) {
            return whole(ResourceType.LISTENER, out);
        }

        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaListeners(
                StreamObserver<DeltaDiscoveryResponse> out) {
            return delta(ResourceType.LISTENER, out);
        }
    }

    private final class Routes extends RouteDiscoveryServiceGrpc.RouteDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DiscoveryRequest> streamRoutes(
                StreamObserver<DiscoveryResponse> out) {
            return whole(ResourceType.ROUTE, out);
        }

        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaRoutes(
                StreamObserver<DeltaDiscoveryResponse> out) {
            return delta(ResourceType.ROUTE, out);
        }
    }

    private final class LoadReports extends LoadReportingServiceGrpc.LoadReportingServiceImplBase {
        @Override
        public StreamObserver<LoadStatsRequest> streamLoadStats(
                StreamObserver<LoadStatsResponse> out) {
            return new LoadStream(
                    discovery,
                    ClusterResources.duration(settings.reports()),
                    discovery.services(),
                    out);
        }
    }
}
