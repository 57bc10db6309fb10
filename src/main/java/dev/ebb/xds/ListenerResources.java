package dev.ebb.xds;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.listener.v3.ApiListener;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.*;
import java.net.InetSocketAddress;

/** Where requests come in, as LDS. Pure. */
final class ListenerResources {
    /** Of Envoy's listener, and of its routes. */
    static final String ENVOY_NAME = "ebb";

    private static final String MANAGER = "envoy.filters.network.http_connection_manager";

    private ListenerResources() {}

    /** An Envoy's one listener. */
    static Resource envoy(InetSocketAddress at) {
        var manager = manager(ENVOY_NAME).setUseRemoteAddress(BoolValue.of(true)).build();
        var filter = Filter.newBuilder().setName(MANAGER).setTypedConfig(Any.pack(manager));
        return Resource.of(
                ENVOY_NAME,
                Listener.newBuilder()
                        .setName(ENVOY_NAME)
                        .setAddress(EndpointResources.address(at))
                        .addFilterChains(FilterChain.newBuilder().addFilters(filter))
                        .build());
    }

    /** What a gRPC client looks {@code xds:///name} up by. */
    static Resource grpc(XdsService service) {
        String name = service.name().value();
        return Resource.of(
                name,
                Listener.newBuilder()
                        .setName(name)
                        .setApiListener(
                                ApiListener.newBuilder()
                                        .setApiListener(Any.pack(manager(name).build())))
                        .build());
    }

    private static HttpConnectionManager.Builder manager(String routes) {
        return HttpConnectionManager.newBuilder()
                .setStatPrefix(routes)
                .setRds(
                        Rds.newBuilder()
                                .setRouteConfigName(routes)
                                .setConfigSource(ClusterResources.ads()))
                .addHttpFilters(
                        HttpFilter.newBuilder()
                                .setName("envoy.filters.http.router")
                                .setTypedConfig(Any.pack(Router.getDefaultInstance())));
    }
}
