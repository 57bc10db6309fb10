package dev.ebb.observe.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a Prometheus may answer, do and fail to do, over real sockets. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PrometheusQueriesTest {
    private static final ServiceName SHOP = new ServiceName("shop");

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;
    private volatile HttpHandler handler = exchange -> answer(exchange, 200, scalar("1"));

    @TempDir private Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    var body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    asked.add(
                            exchange.getRequestURI()
                                    + " "
                                    + URLDecoder.decode(body, StandardCharsets.UTF_8)
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("Authorization"));
                    handler.handle(exchange);
                });
        server.start();
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.close();
    }

    private static String scalar(String number) {
        return success("scalar [1,\"%s\"]".formatted(number));
    }

    /** Of "vector [...]" and the like, the whole answer; anything else is one already. */
    private static String success(String typed) {
        String form = "{\"status\":\"success\",\"data\":{\"resultType\":\"$1\",\"result\":$2}}";
        return typed.replaceFirst("^(vector|scalar|matrix) (.*)$", form);
    }

    private static String with(String more) {
        String whole = scalar("9");
        return whole.substring(0, whole.length() - 1) + "," + more + "}";
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private PrometheusQueries ask(URI url, Credentials credentials) {
        var question =
                new Question(
                        "jobs",
                        url,
                        "sum(jobs{kind=\"slow\"})",
                        Duration.ofMillis(50),
                        Duration.ofMillis(800),
                        credentials);
        return PrometheusQueries.start(Map.of(SHOP, List.of(question)), System::nanoTime);
    }

    private static QueryReading until(PrometheusQueries queries, Predicate<QueryReading> so) {
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> queries.read(SHOP).stream().findFirst(),
                        reading -> reading.filter(so).isPresent())
                .orElseThrow();
    }

    private static String problem(PrometheusQueries queries) {
        return until(queries, r -> r.problem().isPresent()).problem().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vector | [{\"metric\":{},\"value\":[17.1,\"42.5\"]}] | 42.5",
                "scalar | [17.1,\"7\"] | 7",
                "scalar | [17.1,\"0\"] | 0"
            })
    void oneNumberIsAnAnswer(String type, String result, double value) {
        handler = exchange -> answer(exchange, 200, success(type + " " + result));
        long before = System.nanoTime();
        try (var queries = ask(url(), Credentials.NONE)) {
            QueryReading reading = until(queries, r -> r.value().isPresent());
            assertThat(reading.value()).contains(value);
            assertThat(reading.problem()).isEmpty();
            assertThat(reading.measuredAtNanos()).isBetween(before, System.nanoTime());
        }
        assertThat(asked.getFirst())
                .isEqualTo("/api/v1/query query=sum(jobs{kind=\"slow\"})&timeout=800ms null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | vector [] | no series matches",
                "200 | vector [{},{}] | 2 series match; write sum(...) or the like",
                "200 | scalar [1,\"NaN\"] | the answer is NaN",
                "200 | scalar [1,\"-3\"] | the answer is below 0",
                "200 | matrix [] | the answer is neither a scalar nor a vector",
                "200 | <html>hello</html> | the answer is no JSON of Prometheus",
                "400 | {\"error\":\"parse error\"} | it answers 400: parse error",
                "503 | busy | it answers 503",
                "401 | no | it refuses (401); see 'token-file'"
            })
    void whatIsNoNumberIsMissingAndSaysWhy(int status, String body, String why) {
        handler = exchange -> answer(exchange, status, success(body));
        try (var queries = ask(url(), Credentials.NONE)) {
            assertThat(problem(queries)).isEqualTo(why);
            assertThat(queries.read(SHOP).getFirst().value()).isEmpty();
        }
    }

    /** As Thanos and others say that a store did not answer: the sum is too small then. */
    @Test
    void anAnswerThatMayBeInPartOnlyIsMissing() {
        String part = with("\"warnings\":[\"store-2 is away\\nin line 2\"]");
        handler = exchange -> answer(exchange, 200, part);
        try (var queries = ask(url(), Credentials.NONE)) {
            assertThat(problem(queries))
                    .isEqualTo("it may be in part only, Prometheus warns: store-2 is away");
            assertThat(queries.read(SHOP).getFirst().value()).isEmpty();
            String infos = with("\"infos\":[\"no counter\"]");
            handler = exchange -> answer(exchange, 200, infos);
            assertThat(until(queries, r -> r.problem().isEmpty()).value()).contains(9.0);
        }
    }

    @Test
    void anAnswerBeforeAFailureGrowsOld() throws InterruptedException {
        try (var queries = ask(url(), Credentials.NONE)) {
            QueryReading good = until(queries, r -> r.value().isPresent());
            handler = exchange -> answer(exchange, 500, "");
            QueryReading old = until(queries, r -> r.problem().isPresent());
            assertThat(old.value()).isEqualTo(good.value());
            int count = asked.size();
            await().until(() -> asked.size() > count + 3);
            assertThat(queries.read(SHOP).getFirst().measuredAtNanos())
                    .isEqualTo(old.measuredAtNanos());
            handler = exchange -> answer(exchange, 200, scalar("3"));
            QueryReading again = until(queries, r -> r.problem().isEmpty());
            assertThat(again.value()).contains(3.0);
            assertThat(again.measuredAtNanos()).isGreaterThan(old.measuredAtNanos());
        }
    }

    /** The token must not go elsewhere, nor the question. */
    @Test
    void aRedirectIsNotFollowed() throws IOException {
        var elsewhere = new AtomicInteger();
        HttpServer other =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext(
                "/",
                exchange -> {
                    elsewhere.incrementAndGet();
                    answer(exchange, 200, scalar("9"));
                });
        other.start();
        handler =
                exchange -> {
                    exchange.getResponseHeaders()
                            .set("Location", "http://127.0.0.1:" + other.getAddress().getPort());
                    answer(exchange, 302, "");
                };
        try (var queries = ask(url(), Credentials.NONE)) {
            assertThat(problem(queries))
                    .isEqualTo("it answers with a redirect (302), not followed");
        } finally {
            other.stop(0);
        }
        assertThat(elsewhere.get()).isZero();
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        handler =
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, 0);
                        byte[] much = new byte[8192];
                        while (end.getCount() > 0) {
                            exchange.getResponseBody().write(much);
                        }
                    }
                };
        try (var queries = ask(url(), Credentials.NONE)) {
            assertThat(problem(queries)).isNotBlank();
            assertThat(queries.read(SHOP).getFirst().value()).isEmpty();
        }
    }

    /** Heads at once, and then a body that does not come: the limit is for the whole answer. */
    @Test
    void anAnswerThatDoesNotEndIsNotWaitedFor() {
        handler =
                exchange -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().write('{');
                    exchange.getResponseBody().flush();
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    exchange.close();
                };
        try (var queries = ask(url(), Credentials.NONE)) {
            assertThat(problem(queries)).isEqualTo("no answer within 800 ms");
            int before = asked.size();
            await().atMost(Duration.ofSeconds(20)).until(() -> asked.size() > before);
        }
    }

    @Test
    void nobodyThereIsSaid() {
        try (var queries = ask(URI.create("http://127.0.0.1:1"), Credentials.NONE)) {
            assertThat(problem(queries)).isEqualTo("the connection is refused");
        }
    }

    @Test
    void aTokenIsReadAnewForEachQuestionAndNeverShown() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "first-secret\n");
        var credentials = new Credentials.InFile(file);
        try (var queries = ask(url(), credentials)) {
            await().until(() -> asked.stream().anyMatch(a -> a.endsWith("Bearer first-secret")));
            Files.writeString(file, "second-secret");
            await().until(() -> asked.stream().anyMatch(a -> a.endsWith("Bearer second-secret")));
            Files.delete(file);
            assertThat(problem(queries)).isEqualTo("the token's file " + file + " cannot be read");
            int count = asked.size();
            Files.writeString(file, "two words\n");
            until(
                    queries,
                    r ->
                            r.problem()
                                    .equals(
                                            Optional.of(
                                                    "the token's file "
                                                            + file
                                                            + " holds no token")));
            assertThat(asked).hasSize(count);
        }
        var variable = new Credentials.InVariable("TOKEN", name -> name + "-secret");
        assertThat(variable.token()).contains("TOKEN-secret");
        assertThat(variable.toString()).doesNotContain("secret");
    }

    @Test
    void onceItIsClosedNobodyIsAsked() {
        var queries = ask(url(), Credentials.NONE);
        until(queries, r -> r.value().isPresent());
        queries.close();
        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(10))
                .until(
                        new java.util.concurrent.Callable<Boolean>() {
                            private int last = -1;

                            @Override
                            public Boolean call() {
                                boolean same = asked.size() == last;
                                last = asked.size();
                                return same;
                            }
                        });
    }
}
