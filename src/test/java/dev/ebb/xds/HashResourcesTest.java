package dev.ebb.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.HashKey;
import dev.ebb.balance.HashPolicy;
import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A service whose requests are placed by keys, as Envoy is told. */
class HashResourcesTest {
    private static final ServiceName SHOP = new ServiceName("shop");

    private static XdsService service(double bound, HashKey... keys) {
        var any =
                new XdsRoute(
                        Optional.empty(),
                        Optional.empty(),
                        "/",
                        List.of(),
                        Map.of(),
                        Optional.empty(),
                        Optional.empty());
        Optional<HashPolicy> hash =
                keys.length == 0
                        ? Optional.empty()
                        : Optional.of(new HashPolicy(List.of(keys), bound));
        return new XdsService(SHOP, List.of(any), false, Duration.ofSeconds(1), hash, false);
    }

    private static Cluster cluster(XdsService service) throws Exception {
        return ClusterResources.of(Flavor.ENVOY, service).body().unpack(Cluster.class);
    }

    private static RouteAction action(XdsService service) throws Exception {
        return RouteResources.envoy(List.of(service))
                .body()
                .unpack(RouteConfiguration.class)
                .getVirtualHosts(0)
                .getRoutes(0)
                .getRoute();
    }

    @Test
    void theClusterHashesWithTheSameBound() throws Exception {
        Cluster bounded = cluster(service(1.25, new HashKey.Path()));
        assertThat(bounded.getLbPolicy()).isEqualTo(Cluster.LbPolicy.MAGLEV);
        var common = bounded.getCommonLbConfig();
        assertThat(common.getConsistentHashingLbConfig().getHashBalanceFactor().getValue())
                .isEqualTo(125);
        assertThat(common.hasLocalityWeightedLbConfig()).isTrue();
        Cluster unbounded = cluster(service(HashPolicy.UNBOUNDED, new HashKey.Path()));
        assertThat(unbounded.getCommonLbConfig().hasConsistentHashingLbConfig()).isFalse();
        assertThat(cluster(service(1)).getLbPolicy()).isEqualTo(Cluster.LbPolicy.LEAST_REQUEST);
    }

    @Test
    void theRoutesSayByWhatAndTheFirstThatIsThereDecides() throws Exception {
        List<RouteAction.HashPolicy> all =
                action(
                                service(
                                        1.5,
                                        new HashKey.Cookie("cart"),
                                        new HashKey.Header("x-user"),
                                        new HashKey.Query("user"),
                                        new HashKey.Path(),
                                        new HashKey.ClientAddress()))
                        .getHashPolicyList();
        assertThat(all).hasSize(5).allMatch(RouteAction.HashPolicy::getTerminal);
        assertThat(all.get(0).getCookie().getName()).isEqualTo("cart");
        assertThat(all.get(0).getCookie().hasTtl()).as("Envoy sets none of its own").isFalse();
        assertThat(all.get(1).getHeader().getHeaderName()).isEqualTo("x-user");
        assertThat(all.get(2).getQueryParameter().getName()).isEqualTo("user");
        assertThat(all.get(3).getHeader().getHeaderName()).isEqualTo(":path");
        assertThat(
                        "/a/b?c=d"
                                .replaceAll(
                                        all.get(3)
                                                .getHeader()
                                                .getRegexRewrite()
                                                .getPattern()
                                                .getRegex(),
                                        all.get(3).getHeader().getRegexRewrite().getSubstitution()))
                .as("without the query")
                .isEqualTo("/a/b");
        assertThat(all.get(4).getConnectionProperties().getSourceIp()).isTrue();
        assertThat(action(service(1)).getHashPolicyList()).isEmpty();
    }
}
