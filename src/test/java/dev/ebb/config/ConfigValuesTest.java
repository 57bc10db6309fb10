package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.StrategyKind;
import dev.ebb.core.Policy;
import dev.ebb.core.Policy.Range;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What right files mean. */
class ConfigValuesTest {

    private static EbbConfig config(String yaml) {
        Loaded loaded = ConfigFile.read("f.yaml", yaml);
        assertThat(loaded.problems()).isEmpty();
        return loaded.config().orElseThrow();
    }

    private static ServiceConfig service(String lines) {
        String yaml = "services:\n  web:\n    run: {command: serve}\n    instances: 2..4\n";
        return config(yaml + lines.indent(4)).services().getFirst();
    }

    @Test
    void limitsOfHttp2AreOneByOne() {
        String yaml = "services:\n  web:\n    run: {command: serve}\n    instances: 2..4\n";
        var plain = config(yaml).gateway().http2();
        assertThat(plain)
                .isEqualTo(new GatewayConfig.Http2(100, 500, 200, 2000, 500, 16, 128 * 1024, 1000));
        String set =
                "gateway: {http2: {streams: 7, resets: 6, resets-per-second: 5, frames: 40,"
                        + " frames-per-second: 3, continuations: 2, compressed: 2Ki,"
                        + " answers: 1}}\n";
        assertThat(config(set + yaml).gateway().http2())
                .isEqualTo(new GatewayConfig.Http2(7, 6, 5, 40, 3, 2, 2048, 1));
    }

    @Test
    void whetherRequestsGetIdsMayBeLeftOpen() {
        String yaml = "services:\n  web:\n    run: {command: serve}\n    instances: 2..4\n";
        assertThat(config(yaml).gateway().requestId())
                .isEqualTo(new GatewayConfig.RequestId("X-Request-Id", Optional.empty()));
        String set = "gateway: {request-id: {header: Correlation-Id, generate: false}}\n";
        assertThat(config(set + yaml).gateway().requestId())
                .isEqualTo(new GatewayConfig.RequestId("Correlation-Id", Optional.of(false)));
    }

    @Test
    void aCommandAndARangeAreEnough() {
        EbbConfig config =
                config("services:\n  web:\n    run: {command: serve}\n    instances: 2..4\n");
        ServiceConfig web = config.services().getFirst();
        assertThat(config.listen().orElseThrow()).hasToString("127.0.0.1:8080");
        assertThat(config.admin()).hasToString("127.0.0.1:0");
        assertThat(web.name()).hasToString("web");
        assertThat(web.routes()).hasToString("[*/]");
        assertThat(web.policy()).isEqualTo(Policy.DEFAULT.withRange(new Range(2, 4)));
        assertThat(web.balance()).isEqualTo(BalancePolicy.DEFAULT);
        assertThat(web.run().directory()).isAbsolute();
        assertThat(web.resources().cpu()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "500ms, 500",
        "10s, 10000",
        "2m, 120000",
        "1.5h, 5400000",
        "0.25s, 250",
        "24h, 86400000"
    })
    void durations(String text, long millis) {
        assertThat(service("policy: {in: {window: " + text + "}}").policy().in().window())
                .isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "64Mi, 67108864",
        "1GiB, 1073741824",
        "10MB, 10000000",
        "10M, 10000000",
        "1.5Gi, 1610612736",
        "2048KiB, 2097152",
        "2000000B, 2000000"
    })
    void sizes(String text, long bytes) {
        assertThat(service("resources: {memory: " + text + "}").resources().memory())
                .hasValue(bytes);
    }

    @ParameterizedTest
    @CsvSource({"500m, 0.5", "0.5, 0.5", "2, 2", "1500m, 1.5"})
    void cpu(String text, double cores) {
        assertThat(service("resources: {cpu: " + text + "}").resources().cpu()).hasValue(cores);
    }

    @ParameterizedTest
    @CsvSource({"60%, 0.6", "0.6, 0.6", "1, 1", "7.5%, 0.075", "100%, 1"})
    void shares(String text, double share) {
        assertThat(service("policy: {target: {cpu: " + text + "}}").policy().targets().cpu())
                .isEqualTo(share);
    }

    @ParameterizedTest
    @CsvSource({"'2..10', 2, 10", "'{min: 2, max: 10}', 2, 10", "3, 3, 3", "'2 .. 10', 2, 10"})
    void ranges(String text, int min, int max) {
        String yaml = "services:\n  web:\n    run: {command: serve}\n    instances: " + text + "\n";
        assertThat(config(yaml).services().getFirst().policy().range())
                .isEqualTo(new Range(min, max));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:80, 127.0.0.1:80",
        ":8080, 0.0.0.0:8080",
        "'[::1]:80', '[::1]:80'",
        "LocalHost:1, localhost:1"
    })
    void addresses(String text, String meaning) {
        assertThat(Address.parse(text)).hasValueSatisfying(a -> assertThat(a).hasToString(meaning));
    }

    @Test
    void loopbackIsKnown() {
        assertThat(List.of("127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"))
                .allMatch(text -> Address.parse(text).orElseThrow().isLoopback());
        assertThat(List.of(":1", "10.0.0.1:1", "[::]:1", "[fe80::1]:1"))
                .noneMatch(text -> Address.parse(text).orElseThrow().isLoopback());
    }

    @Test
    void aCommandIsSplitAsAShellWould() {
        assertThat(Words.split("java -jar \"a b.jar\" --x='$y' c\\ d \"\\\"q\\n\" ''"))
                .hasValue(List.of("java", "-jar", "a b.jar", "--x=$y", "c d", "\"q\\n", ""));
        assertThat(Words.split("a \"b")).isEmpty();
        assertThat(Words.split("a \\")).isEmpty();
        assertThat(Words.split("  ")).hasValue(List.of());
    }

    @Test
    void wordsKeepTheTextThatWasWritten() {
        ServiceConfig web =
                config(
                                """
                                services:
                                  web:
                                    instances: 1
                                    run:
                                      command: [serve, 010, no, 1.50, "${port}"]
                                      environment: {A: on, B: 0x10, C: ""}
                                """)
                        .services()
                        .getFirst();
        assertThat(web.run().command()).containsExactly("serve", "010", "no", "1.50", "${port}");
        assertThat(web.run().environment()).isEqualTo(Map.of("A", "on", "B", "0x10", "C", ""));
    }

    @Test
    void anchorsAndMergeKeys() {
        EbbConfig config =
                config(
                        """
                        x-base: &base
                          strategy: random
                          slow-start: 3s
                        services:
                          a: {run: {command: s}, instances: 1, balance: *base}
                          b:
                            run: {command: s}
                            instances: 1
                            route: {path: /b}
                            balance: {<<: *base, strategy: weighted}
                        """);
        assertThat(config.services())
                .extracting(s -> s.balance().strategy())
                .containsExactly(StrategyKind.RANDOM, StrategyKind.WEIGHTED);
        assertThat(config.services())
                .extracting(s -> s.balance().slowStart())
                .containsOnly(Duration.ofSeconds(3));
    }

    @Test
    void aServiceMayHaveSeveralRoutes() {
        ServiceConfig web =
                service(
                        """
                        route:
                        - path: /api/
                          rewrite: /v2/
                          timeouts: {request: 5s}
                        - host: "*.Example.com"
                          methods: [POST, GET]
                          headers: {X-Beta: "*", x-version: "2"}
                          scheme: https
                        """);
        assertThat(web.routes())
                .extracting(RouteConfig::toString)
                .containsExactly("*/api", "*.example.com/, https, GET/POST, x-beta, x-version: 2");
        assertThat(web.routes().getFirst().rewrite()).contains("/v2");
        assertThat(web.routes().getFirst().timeouts().request()).contains(Duration.ofSeconds(5));
        assertThat(web.routes().getFirst().timeouts().responseHead()).isEmpty();
        // One mapping is as good as a list of one.
        assertThat(service("route: {path: /a}").routes())
                .isEqualTo(service("route: [{path: /a}]").routes());
    }

    @Test
    void theGatewayMayAnswerItself() {
        var routes =
                config(
                                """
                                routes:
                                - redirect: https
                                - path: /robots.txt
                                  respond: {body: "User-agent: *\\n"}
                                - host: old.example
                                  redirect: {to: "https://new.example", keep-path: true}
                                services:
                                  web: {run: {command: s}, instances: 1}
                                """)
                        .routes();
        assertThat(routes)
                .extracting(FixedRouteConfig::answer)
                .containsExactly(
                        new FixedRouteConfig.Redirect(Optional.empty(), 443, false, true),
                        new FixedRouteConfig.Respond(
                                200,
                                Map.of("content-type", "text/plain; charset=utf-8"),
                                "User-agent: *\n"),
                        new FixedRouteConfig.Redirect(
                                Optional.of("https://new.example"), 443, true, true));
        assertThat(routes.getFirst().match().scheme()).isEqualTo(RouteConfig.Scheme.HTTP);
    }

    @Test
    void aShortIntervalOfChecksShortensTheirTimeout() {
        CheckPolicy check = service("ready: {interval: 500ms}").balance().check();
        assertThat(check.interval()).isEqualTo(Duration.ofMillis(500));
        assertThat(check.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(service("ready: {interval: 5s}").balance().check().timeout())
                .isEqualTo(CheckPolicy.DEFAULT.timeout());
    }

    @Test
    void oneKeyChangesNothingElse() {
        ServiceConfig web = service("ready: {http: /health}\nbalance: {retry: {enabled: false}}");
        var check = BalancePolicy.DEFAULT.check();
        assertThat(web.balance().check().httpPath()).isEqualTo(Optional.of("/health"));
        assertThat(web.balance().check().interval()).isEqualTo(check.interval());
        assertThat(web.balance().retry()).isEqualTo(RetryPolicy.OFF);
        assertThat(web.balance().ejection()).isEqualTo(BalancePolicy.DEFAULT.ejection());
    }

    @ParameterizedTest
    @CsvSource({"instnaces, instances", "Instances, instances", "slow_start, slow-start", "i, ''"})
    void theNearestWord(String word, String near) {
        List<String> known = List.of("instances", "slow-start", "run", "ready");
        assertThat(Nearest.to(word, known).orElse("")).isEqualTo(near);
    }
}
