package dev.ebb.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The routes of an Envoy's listener. */
class RouteTest {
    private static XdsService service(String name, XdsRoute... routes) {
        return new XdsService(new ServiceName(name), List.of(routes), false, Duration.ofSeconds(1));
    }

    private static XdsRoute route(String host, String path, String rewrite) {
        return new XdsRoute(
                Optional.empty(),
                Optional.of(host).filter(h -> !h.isEmpty()),
                path,
                List.of(),
                Map.of(),
                Optional.of(rewrite).filter(r -> !r.isEmpty()),
                Optional.empty());
    }

    private static RouteConfiguration routes(XdsService... services) throws Exception {
        return RouteResources.envoy(List.of(services)).body().unpack(RouteConfiguration.class);
    }

    private static List<String> clusters(VirtualHost host) {
        return host.getRoutesList().stream().map(r -> r.getRoute().getCluster()).toList();
    }

    @Test
    void theMoreExactRouteComesFirstAndAHostHasThoseForAnyToo() throws Exception {
        RouteConfiguration all =
                routes(
                        service("any", route("", "/", "")),
                        service("deep", route("", "/a/b", "")),
                        service("shop", route("shop.test", "/", "")));
        assertThat(all.getVirtualHosts(0).getDomainsList())
                .containsExactly("shop.test", "shop.test:*");
        assertThat(clusters(all.getVirtualHosts(0))).containsExactly("shop", "deep", "any");
        assertThat(all.getVirtualHosts(1).getDomainsList()).containsExactly("*");
        assertThat(clusters(all.getVirtualHosts(1))).containsExactly("deep", "any");
    }

    @Test
    void aPrefixIsWholeSegmentsAndIsReplacedWithoutASlashTooMany() throws Exception {
        RouteConfiguration all =
                routes(
                        service(
                                "one",
                                route("", "/one/", "/v2/"),
                                route("", "/other", "/"),
                                route("", "/", "")));
        List<Route> list = all.getVirtualHosts(0).getRoutesList();
        assertThat(list.get(0).getMatch().getPathSeparatedPrefix()).isEqualTo("/other");
        assertThat(list.get(0).getRoute().getRegexRewrite().getPattern().getRegex())
                .isEqualTo("^\\Q/other\\E/?");
        assertThat(list.get(0).getRoute().getRegexRewrite().getSubstitution()).isEqualTo("/");
        assertThat(list.get(1).getMatch().getPathSeparatedPrefix()).isEqualTo("/one");
        assertThat(list.get(1).getRoute().getPrefixRewrite()).isEqualTo("/v2");
        assertThat(list.get(2).getMatch().getPrefix()).isEqualTo("/");
    }

    @Test
    void conditionsAreKept() throws Exception {
        var route =
                new XdsRoute(
                        Optional.of("https"),
                        Optional.empty(),
                        "/",
                        List.of("GET", "PUT"),
                        Map.of("x-a", Optional.of("1"), "x-b", Optional.empty()),
                        Optional.empty(),
                        Optional.of(Duration.ofMillis(1500)));
        Route only = routes(service("one", route)).getVirtualHosts(0).getRoutes(0);
        assertThat(only.getMatch().getHeadersList().stream().map(h -> h.getName()))
                .containsExactly(":method", ":scheme", "x-a", "x-b");
        assertThat(only.getRoute().getTimeout().getSeconds()).isEqualTo(1);
        assertThat(only.getRoute().getTimeout().getNanos()).isEqualTo(500_000_000);
    }
}
