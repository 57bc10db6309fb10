package dev.ebb.observe.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.ebb.control.Monitoring.Answer;
import dev.ebb.control.Monitoring.Question;
import dev.ebb.control.Monitoring.Sample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Questions that come and go, over real sockets. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PrometheusMonitoringTest {
    private static final Question PODS = question("sum by (pod) (m)", false);
    private static final Question JOBS = question("sum(jobs)", true);

    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile String answer = vector("{\"metric\":{},\"value\":[1,\"7\"]}");
    private volatile int status = 200;
    private HttpServer server;
    private PrometheusMonitoring monitoring;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/api/v1/query",
                exchange -> {
                    byte[] form = exchange.getRequestBody().readAllBytes();
                    String query =
                            URLDecoder.decode(
                                    new String(form, StandardCharsets.UTF_8),
                                    StandardCharsets.UTF_8);
                    asked.computeIfAbsent(
                                    query.substring(6, query.lastIndexOf('&')),
                                    _ -> new AtomicInteger())
                            .incrementAndGet();
                    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
                    try (exchange) {
                        exchange.sendResponseHeaders(status, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
        monitoring =
                new PrometheusMonitoring(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                        Credentials.NONE,
                        System::nanoTime);
    }

    @AfterEach
    void stop() {
        monitoring.close();
        server.stop(0);
        threads.close();
    }

    private static Question question(String query, boolean one) {
        return new Question(query, one, Duration.ofMillis(40), Duration.ofSeconds(2));
    }

    private static String vector(String... samples) {
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
                + String.join(",", samples)
                + "]}}";
    }

    private static String sample(String pod, String value) {
        return "{\"metric\":{\"pod\":\"%s\"},\"value\":[1,\"%s\"]}".formatted(pod, value);
    }

    private Answer until(Question question, Predicate<Answer> so) {
        return await().atMost(Duration.ofSeconds(20))
                .until(() -> monitoring.answer(question), a -> a.filter(so).isPresent())
                .orElseThrow();
    }

    /** What is no number is left out: of that pod nothing is known. */
    @Test
    void eachOfManyHasItsNumber() {
        answer = vector(sample("a", "0.5"), sample("b", "NaN"), sample("c", "0"));
        long before = System.nanoTime();
        monitoring.ask(Set.of(PODS));
        Answer seen = until(PODS, a -> a.samples().isPresent());
        assertThat(seen.samples().orElseThrow())
                .containsExactly(
                        new Sample(Map.of("pod", "a"), 0.5), new Sample(Map.of("pod", "c"), 0));
        assertThat(seen.measuredAtNanos()).isBetween(before, System.nanoTime());
    }

    @Test
    void whatFailsLeavesTheAnswerBeforeItWhichGrowsOld() {
        monitoring.ask(Set.of(JOBS));
        until(JOBS, a -> a.samples().isPresent());
        status = 503;
        Answer first = until(JOBS, a -> a.problem().isPresent());
        Answer later = until(JOBS, a -> a.problem().isPresent());
        assertThat(first.samples().orElseThrow()).containsExactly(new Sample(Map.of(), 7));
        assertThat(later.measuredAtNanos()).isEqualTo(first.measuredAtNanos());
        status = 200;
        assertThat(until(JOBS, a -> a.problem().isEmpty()).measuredAtNanos())
                .isGreaterThan(first.measuredAtNanos());
    }

    @Test
    void ofOneNumberSeveralAreNone() {
        answer = vector(sample("a", "1"), sample("b", "2"));
        monitoring.ask(Set.of(JOBS));
        Answer seen = until(JOBS, a -> a.problem().isPresent());
        assertThat(seen.samples()).isEmpty();
        assertThat(seen.problem().orElseThrow()).contains("2 series match");
    }

    @Test
    void whatIsWantedNoMoreIsAskedNoMoreAndForgotten() {
        monitoring.ask(Set.of(JOBS, PODS));
        until(JOBS, a -> a.samples().isPresent());
        until(PODS, a -> a.samples().isPresent());
        monitoring.ask(Set.of(PODS));
        assertThat(monitoring.answer(JOBS)).isEmpty();
        // One may have been on its way.
        int then = count("sum(jobs)") + 1;
        int others = count("sum by (pod) (m)");
        await().until(() -> count("sum by (pod) (m)") > others + 5);
        assertThat(count("sum(jobs)")).isLessThanOrEqualTo(then);
        assertThat(monitoring.answer(PODS)).isNotEmpty();
        monitoring.ask(Set.of());
        assertThat(monitoring.answer(PODS)).isEqualTo(Optional.empty());
    }

    private int count(String query) {
        return asked.getOrDefault(query, new AtomicInteger()).get();
    }
}
