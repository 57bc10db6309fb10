package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.RouteMatch.Scheme;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which route a request gets: by rule, against a plain reference, and for paths with tricks. */
class RouteTableTest {
    private static final FixedRoute.Answer NO = new FixedRoute.Respond(403, List.of(), "no\n");

    private static final RouteTimeouts TIMEOUTS =
            new RouteTimeouts(
                    Optional.of(Duration.ofHours(1)),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    static RequestHead head(String text) {
        var request = new RequestHead(new Head(100), 8192);
        var bytes = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
        request.head.load(bytes, bytes.readableBytes());
        assertThat(request.read()).as(text).isNull();
        return request;
    }

    static RequestHead get(String host, String path) {
        return head("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(path, host));
    }

    /** One service for each route, in this order. */
    private static RouteTable table(Route... routes) {
        var services = new ArrayList<GatewayService>();
        for (Route route : routes) {
            services.add(
                    new GatewayService(
                            new ServiceName("s" + services.size()),
                            List.of(route),
                            BalancePolicy.DEFAULT));
        }
        return new RouteTable(services, List.of(), Timeouts.DEFAULT);
    }

    private static Route route(RouteMatch match) {
        return new Route(match);
    }

    private static RouteMatch host(String host, String path) {
        return RouteMatch.of(Optional.of(host), path);
    }

    private static RouteMatch path(String path) {
        return RouteMatch.of(Optional.empty(), path);
    }

    @ParameterizedTest
    @CsvSource({
        "a.example,           0",
        "A.EXAMPLE,           0",
        "a.example.,          0",
        "a.example:8080,      0",
        "b.example,           1",
        "x.y.example,         1",
        "x.a.example,         2",
        "y.x.a.example,       2",
        ".a.example,          1",
        "example,             4",
        "aexample,            4",
        "[::1],               3",
        "[::1]:80,            3",
        "[::2],               4",
    })
    void exactHostsGoBeforeWildcardsAndLongOnesBeforeShort(String name, int service) {
        var table =
                table(
                        route(host("A.example", "/")),
                        route(host("*.example", "/")),
                        route(host("*.a.example", "/")),
                        route(host("[::1]", "/")),
                        route(path("/")));
        assertThat(table.find(get(name, "/"), false).service).isEqualTo(service);
    }

    @Test
    void aRequestWithoutAHostGetsARouteForAnyHost() {
        var table = table(route(host("a", "/")), route(path("/")));
        assertThat(table.find(head("GET / HTTP/1.0\r\n\r\n"), false).service).isEqualTo(1);
    }

    @Test
    void whatAHostHasNoRouteForGoesToLessSpecificHosts() {
        var table =
                table(
                        route(host("a.example", "/a")),
                        route(host("*.example", "/b")),
                        route(path("/c")));
        assertThat(List.of("/a", "/b", "/c", "/d"))
                .extracting(path -> table.find(get("a.example", path), false).service)
                .containsExactly(0, 1, 2, -1);
    }

    @Test
    void methodsAndFieldsNarrowARoute() {
        var table =
                table(
                        route(path("/")),
                        route(path("/").withField("x-beta", Optional.empty())),
                        route(path("/").withField("X-Version", Optional.of("2"))),
                        route(
                                path("/")
                                        .withField("x-version", Optional.of("2"))
                                        .withField("x-beta", Optional.empty())),
                        route(path("/").withMethods("POST", "PUT")));
        record Case(String request, int service) {}
        for (var wanted :
                List.of(
                        new Case("GET / HTTP/1.1\r\nHost: a\r\n", 0),
                        new Case("GET / HTTP/1.1\r\nHost: a\r\nX-BETA: \r\n", 1),
                        new Case("GET / HTTP/1.1\r\nHost: a\r\nx-version: 2 \r\n", 2),
                        new Case("GET / HTTP/1.1\r\nHost: a\r\nx-version: 22\r\n", 0),
                        new Case(
                                "GET / HTTP/1.1\r\nHost: a\r\nx-version: 1\r\nX-Version: 2\r\n", 2),
                        new Case("GET / HTTP/1.1\r\nHost: a\r\nx-version: 2\r\nx-beta: n\r\n", 3),
                        new Case("POST / HTTP/1.1\r\nHost: a\r\nx-version: 2\r\n", 4),
                        new Case("post / HTTP/1.1\r\nHost: a\r\n", 0),
                        new Case("PUT / HTTP/1.1\r\nHost: a\r\n", 4))) {
            assertThat(table.find(head(wanted.request() + "\r\n"), false).service)
                    .as(wanted.request())
                    .isEqualTo(wanted.service());
        }
    }

    @Test
    void aRouteForASchemeGoesFirst() {
        var table =
                table(
                        route(host("a", "/long/path")),
                        route(path("/").withScheme(Scheme.HTTP)),
                        route(path("/plain").withScheme(Scheme.HTTP)),
                        route(path("/sure").withScheme(Scheme.HTTPS)));
        assertThat(table.find(get("a", "/long/path"), false).service).isEqualTo(1);
        assertThat(table.find(get("a", "/plain/x"), false).service).isEqualTo(2);
        assertThat(table.find(get("a", "/long/path"), true).service).isEqualTo(0);
        assertThat(table.find(get("a", "/sure"), true).service).isEqualTo(3);
        assertThat(table.find(get("a", "/sure"), false).service).isEqualTo(1);
    }

    @Test
    void equalMatchesAreAMistake() {
        var match = host("*.Example.com.", "/a/").withMethods("GET", "PUT");
        var same = host("*.example.com", "/a").withMethods("PUT", "GET");
        assertThatThrownBy(() -> table(route(match), route(same)))
                .hasMessageContaining("service s0 and service s1 have the same route");
        table(route(match), route(same.withMethods("GET")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a", "/a//b", "/a/../b", "/a/.", "/a;b", "/%61", "/a%2fb", "/a\\b", "/a%00", ""
            })
    void aPrefixHasOneReading(String prefix) {
        assertThatThrownBy(() -> path(prefix)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- Against a reference

    private static boolean fits(RouteMatch match, String host, String path, String method) {
        boolean name =
                match.host()
                        .map(wanted ->
                                wanted.startsWith("*.")
                                        ? host.length() > wanted.length() - 1
                                                && host.endsWith(wanted.substring(1))
                                        : host.equals(wanted))
                        .orElse(true);
        boolean prefix =
                match.path().equals("/")
                        || path.equals(match.path())
                        || path.startsWith(match.path() + "/");
        return name && prefix && (match.methods().isEmpty() || match.methods().contains(method));
    }

    private static int better(RouteMatch a, RouteMatch b) {
        int[] one = rank(a);
        int[] other = rank(b);
        return -Arrays.compare(one, other);
    }

    private static int[] rank(RouteMatch match) {
        int host = match.host().map(name -> name.startsWith("*.") ? name.length() : 1000).orElse(0);
        return new int[] {host, match.path().length(), match.methods().isEmpty() ? 0 : 1};
    }

    private static int reference(List<RouteMatch> routes, String host, String path, String method) {
        int best = -1;
        for (int i = 0; i < routes.size(); i++) {
            boolean fits = fits(routes.get(i), host, path, method);
            if (fits && (best < 0 || better(routes.get(i), routes.get(best)) < 0)) {
                best = i;
            }
        }
        return best;
    }

    private static String pick(Random random, String... words) {
        return words[random.nextInt(words.length)];
    }

    private static String randomHost(Random random, int labels) {
        var host = new StringBuilder(pick(random, "a", "b"));
        for (int i = random.nextInt(labels); i > 0; i--) {
            host.append('.').append(pick(random, "a", "b", "cc"));
        }
        return host.toString();
    }

    /** What may be written in more than one way. */
    private static final String[] ODD = {
        "a", "b", "/", "/", "%61", "%62", ";", "\\", "%2f", "%5c", "%3b"
    };

    private static String randomPath(Random random, String... segments) {
        var path = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            path.append('/').append(pick(random, segments));
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    private static List<RouteMatch> randomRoutes(Random random, int most) {
        var routes = new ArrayList<RouteMatch>();
        for (int i = 1 + random.nextInt(most); i > 0; i--) {
            Optional<String> host =
                    switch (random.nextInt(3)) {
                        case 0 -> Optional.empty();
                        case 1 -> Optional.of(randomHost(random, 4));
                        default -> Optional.of("*." + randomHost(random, 3));
                    };
            Set<String> methods = random.nextInt(3) == 0 ? Set.of("GET") : Set.of();
            var path = randomPath(random, "a", "b", "ab", "c%20d");
            var match = new RouteMatch(Scheme.ANY, host, path, methods, Map.of());
            if (!routes.contains(match)) {
                routes.add(match);
            }
        }
        return routes;
    }

    @Test
    void findsWhatAPlainSearchFinds() {
        var random = new Random(20250611);
        int found = 0;
        for (int round = 0; round < 500; round++) {
            List<RouteMatch> routes = randomRoutes(random, round % 10 == 0 ? 300 : 12);
            var table = table(routes.stream().map(Route::new).toArray(Route[]::new));
            for (int i = 0; i < 100; i++) {
                var host = randomHost(random, 5);
                var path = randomPath(random, "a", "b", "ab", "abc", "d");
                var method = pick(random, "GET", "PUT");
                var query = pick(random, "", "?", "?/a/b", "?../..");
                var head =
                        head(
                                "%s %s%s HTTP/1.1\r\nHost: %s\r\n\r\n"
                                        .formatted(method, path, query, host));
                int wanted = reference(routes, host, path, method);
                assertThat(table.find(head, false).service)
                        .as(() -> "%s %s %s of %s".formatted(method, host, path, routes))
                        .isEqualTo(wanted);
                found += wanted < 0 ? 0 : 1;
            }
        }
        assertThat(found).isGreaterThan(10_000);
    }

    // ---- Paths with tricks

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/open/../closed",
                "/open/./../closed",
                "/open/%2e%2E/closed",
                "/open/..%2fclosed",
                "/open/..;/closed",
                "/open/..\\closed",
                "/x/..",
                "/.",
                "/./closed",
                "/%63losed",
                "/closed%2fx",
                "/closed%5Cx",
                "/closed\\x",
                "//closed",
                "/\\closed",
                "/;a=b/closed",
                "/closed;a=b/x",
                "/closed%3ba/x",
                "/closed%00",
                "/closed%3fx",
                "/closed%23x",
                "/x%2f..%2fclosed",
            })
    void aPathWithTwoReadingsIsNoWayAround(String path) {
        var services =
                List.of(
                        new GatewayService(
                                new ServiceName("open"),
                                List.of(Route.ALL),
                                BalancePolicy.DEFAULT));
        var closed = List.of(new FixedRoute(path("/closed"), NO));
        var table = new RouteTable(services, closed, Timeouts.DEFAULT);
        RouteEntry found = table.find(get("a", path), false);
        assertThat(found.refusal).as(path).isEqualTo(Refusal.AMBIGUOUS_PATH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%20b",
                "/open/%63losed",
                "/open//closed",
                "/@scope%2fname",
                "/a;v=1/b",
                "/.well-known/x",
                "/...",
                "/open?/../closed",
                "/a%2",
                "/%",
                "/100%25",
                "//open"
            })
    void anOddPathThatChangesNothingPasses(String path) {
        var table = table(route(path("/")), route(path("/closed")), route(path("/other")));
        assertThat(table.find(get("a", path), false).service).as(path).isZero();
    }

    @Test
    void withoutPathsInRoutesNoPathIsLookedAt() {
        var table = table(route(path("/")), route(host("b", "/")));
        assertThat(table.find(get("a", "/x/../%2e%2e//;"), false).service).isZero();
        assertThat(table(Route.ALL).find(get("a", "/../x"), false).service).isZero();
        // A rewrite is a promise to stay below the new prefix.
        assertThat(table(Route.ALL.withRewrite("/v2")).find(get("a", "/../x"), false).refusal)
                .isEqualTo(Refusal.AMBIGUOUS_PATH);
    }

    @Test
    void twoRoutesOfOneServiceThatDifferInNothingAreAsGoodAsOne() {
        var one =
                new GatewayService(
                        new ServiceName("one"),
                        List.of(Route.path("/a"), Route.path("/b")),
                        BalancePolicy.DEFAULT);
        var slow =
                new GatewayService(
                        new ServiceName("slow"),
                        List.of(Route.path("/a"), Route.path("/b").withTimeouts(TIMEOUTS)),
                        BalancePolicy.DEFAULT);
        var head = get("x", "/a/%2fb");
        assertThat(new RouteTable(List.of(one), List.of(), Timeouts.DEFAULT).find(head, false))
                .extracting(entry -> entry.service)
                .isEqualTo(0);
        var deep =
                new GatewayService(
                        slow.name(),
                        List.of(
                                slow.routes().getFirst(),
                                new Route(
                                        path("/a/b"),
                                        Optional.empty(),
                                        slow.routes().get(1).timeouts())),
                        BalancePolicy.DEFAULT);
        assertThat(
                        new RouteTable(List.of(deep), List.of(), Timeouts.DEFAULT)
                                .find(head, false)
                                .refusal)
                .isEqualTo(Refusal.AMBIGUOUS_PATH);
    }

    /** What one program or another does with a path; each a rule of its own. */
    private static String reread(int rule, String path) {
        return switch (rule) {
            case 0 -> path.replaceAll("/+", "/");
            case 1 -> path.replaceAll(";[^/]*", "");
            case 2 -> path.replace('\\', '/');
            case 3 -> path.replace("%2f", "/").replace("%5c", "\\");
            case 4 -> path.replace("%61", "a").replace("%62", "b").replace("%3b", ";");
            default -> path.replaceFirst("(?s)[?#\0].*", "");
        };
    }

    @Test
    void whateverPassesGoesToTheSameServiceInEveryReading() {
        var random = new Random(7);
        int odd = 0;
        int refused = 0;
        for (int round = 0; round < 1500; round++) {
            List<RouteMatch> routes =
                    randomRoutes(random, 8).stream()
                            .map(match -> path(match.path()))
                            .distinct()
                            .toList();
            int services = 1 + random.nextInt(3);
            var owners = routes.stream().map(match -> random.nextInt(services)).toList();
            var list = new ArrayList<GatewayService>();
            for (int s = 0; s < services; s++) {
                var own = new ArrayList<Route>();
                for (int i = 0; i < routes.size(); i++) {
                    if (owners.get(i) == s) {
                        own.add(new Route(routes.get(i)));
                    }
                }
                list.add(new GatewayService(new ServiceName("s" + s), own, BalancePolicy.DEFAULT));
            }
            var table = new RouteTable(list, List.of(), Timeouts.DEFAULT);
            for (int i = 0; i < 60; i++) {
                var path = new StringBuilder("/");
                for (int n = random.nextInt(9); n > 0; n--) {
                    path.append(pick(random, ODD));
                }
                RouteEntry found = table.find(get("x", path.toString()), false);
                refused += found.refusal == Refusal.AMBIGUOUS_PATH ? 1 : 0;
                if (found.service < 0) {
                    continue;
                }
                var last = path.toString();
                for (int step = 0; step < 6; step++) {
                    var reading = reread(random.nextInt(6), last);
                    int other = reference(routes, "x", reading, "GET");
                    assertThat(other < 0 ? -1 : owners.get(other))
                            .as(() -> "%s as %s; %s, %s".formatted(path, reading, routes, owners))
                            .isEqualTo(found.service);
                    last = reading;
                }
                odd += last.contentEquals(path) ? 0 : 1;
            }
        }
        assertThat(odd).isGreaterThan(2_000);
        assertThat(refused).isGreaterThan(2_000);
    }

    // ---- The new path

    @ParameterizedTest
    @CsvSource({
        "/api, /,    /api,        /",
        "/api, /,    /api/,       /",
        "/api, /,    /api?a=/b,   /?a=/b",
        "/api, /,    /api/x?y,    /x?y",
        "/api, /,    /api/x%20y/, /x%20y/",
        "/api, /,    /api//x.org, /x.org",
        "/api, /v2,  /api,        /v2",
        "/api, /v2,  /api/x,      /v2/x",
        "/api, /v2,  /api?x,      /v2?x",
        "/,    /v2,  /,           /v2/",
        "/,    /v2,  /x?/,        /v2/x?/",
        "/a/b, /c/d, /a/b/e//f,   /c/d/e//f",
        "/,    /v2,  http://a,    /v2/",
        "/,    /v2,  http://a?x,  /v2/?x",
        "/api, /,    http://a/api/x, /x",
        "/api, /api, http://a/api/x, /api/x",
    })
    void theMatchedPrefixIsReplaced(String prefix, String to, String target, String wanted) {
        var head = get("a", target);
        RouteEntry entry = table(Route.path(prefix).withRewrite(to)).find(head, false);
        var out = new HeadWriter();
        entry.addTarget(head, out);
        assertThat(out.toBuffer(Unpooled.buffer().alloc(), 0).toString(StandardCharsets.US_ASCII))
                .isEqualTo(wanted);
    }
}
