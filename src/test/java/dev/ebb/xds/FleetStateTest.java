package dev.ebb.xds;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.*;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a gateway does not accept as a listener; each is refused with one reason. */
class FleetStateTest {

    @Test
    void aListenerWithoutAFilterChain() {
        refused(Listener.getDefaultInstance(), "the listener has no filter chain with a filter");
        refused(
                Listener.newBuilder().addFilterChains(FilterChain.getDefaultInstance()).build(),
                "the listener has no filter chain with a filter");
    }

    @Test
    void aListenerAtNoAddress() {
        var manager =
                HttpConnectionManager.newBuilder()
                        .setRds(Rds.newBuilder().setRouteConfigName(ListenerResources.ENVOY_NAME));
        var filter = Filter.newBuilder().setTypedConfig(Any.pack(manager.build()));
        var listener =
                Listener.newBuilder()
                        .addFilterChains(FilterChain.newBuilder().addFilters(filter))
                        .setAddress(
                                Address.newBuilder()
                                        .setSocketAddress(
                                                SocketAddress.newBuilder()
                                                        .setAddress("somewhere")
                                                        .setPortValue(80)))
                        .build();
        refused(listener, "the listener's address is none: 'somewhere', port 80");
    }

    private static void refused(Listener listener, String why) {
        Map<String, Any> changed = Map.of(ListenerResources.ENVOY_NAME, Any.pack(listener));
        assertThatThrownBy(() -> FleetState.NONE.with(ResourceType.LISTENER, changed, Set.of()))
                .isInstanceOf(BadResource.class)
                .hasMessage(why);
    }
}
