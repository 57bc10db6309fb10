package dev.ebb.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What goes out as RDS comes in again as the same routes. */
class RouteReaderTest {
    private static final Optional<Duration> LIMIT = Optional.of(Duration.ofMillis(1500));

    private static XdsRoute route(Optional<String> host, String path) {
        return new XdsRoute(
                Optional.empty(), host, path, List.of(), Map.of(), Optional.empty(), LIMIT);
    }

    private static XdsService service(String name, XdsRoute... routes) {
        return new XdsService(new ServiceName(name), List.of(routes), false, Duration.ofSeconds(2));
    }

    @Test
    void routesSurviveTheWay() throws Exception {
        var full =
                new XdsRoute(
                        Optional.of("https"),
                        Optional.of("*.example.com"),
                        "/api",
                        List.of("GET", "POST"),
                        Map.of("x-team", Optional.of("a"), "x-any", Optional.empty()),
                        Optional.of("/v2"),
                        LIMIT);
        var toRoot =
                new XdsRoute(
                        Optional.empty(),
                        Optional.empty(),
                        "/old",
                        List.of(),
                        Map.of(),
                        Optional.of("/"),
                        Optional.of(Duration.ZERO));
        var all = route(Optional.empty(), "/");
        var named = route(Optional.of("other.example.com"), "/");
        Resource resource =
                RouteResources.envoy(List.of(service("a", full, all), service("b", toRoot, named)));
        Map<String, List<XdsRoute>> read =
                RouteReader.read(resource.body().unpack(RouteConfiguration.class));
        assertThat(read.get("a")).containsExactlyInAnyOrder(full, all);
        assertThat(read.get("b")).containsExactlyInAnyOrder(toRoot, named);
    }
}
