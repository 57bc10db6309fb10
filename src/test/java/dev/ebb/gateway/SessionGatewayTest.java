package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.SessionPolicy;
import dev.ebb.control.EndpointSink.Ledger;
import dev.ebb.core.Ties;
import dev.ebb.gateway.GatewaySettings.Heads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that stay with an instance, by a cookie that the gateway gives them. */
@Timeout(120)
class SessionGatewayTest {
    private static final BalancePolicy POLICY =
            TestGateway.PLAIN.withSessions(new SessionPolicy("ebb"));
    private static final BalancePolicy NO_RETRIES =
            TestGateway.policy(RetryPolicy.OFF, TestGateway.NO_EJECTION, TestGateway.SELDOM)
                    .withSessions(new SessionPolicy("ebb"));

    private static TestGateway gateway() {
        return new TestGateway(GatewaySettings.DEFAULT, POLICY);
    }

    private static String request(String cookie, String... fields) {
        String own = cookie.isEmpty() ? "" : "Cookie: a=b; " + cookie + "\r\n";
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return "GET / HTTP/1.1\r\nHost: test\r\n" + own + more + "\r\n";
    }

    private static String cookie(TestClient.Answer answer) {
        return answer.field("set-cookie").replaceFirst(";.*", "");
    }

    private static List<Endpoint> endpoints(
            Map<Integer, TestInstance> instances, int ordinal, EndpointRole role) {
        var endpoints = new ArrayList<Endpoint>();
        new TreeMap<>(instances)
                .forEach((i, instance) ->
                        endpoints.add(
                                instance.endpoint(
                                        TestGateway.id(i),
                                        i == ordinal ? role : EndpointRole.ACTIVE)));
        return endpoints;
    }

    private static Map<Integer, TestInstance> three() {
        var instances = new ConcurrentHashMap<Integer, TestInstance>();
        for (int i = 1; i <= 3; i++) {
            instances.put(i, TestInstance.answering("" + i));
        }
        return instances;
    }

    @Test
    void theFirstAnswerSetsACookieAndTheClientStays() throws IOException {
        var settings = GatewaySettings.DEFAULT.with(Heads.DEFAULT.with(Trust.EVERYBODY));
        var instances = three();
        try (var gateway = new TestGateway(settings, POLICY)) {
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            Set<String> cookies = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                try (var client = new TestClient(gateway.gateway)) {
                    var first = client.ask(request(""));
                    assertThat(first.field("set-cookie"))
                            .matches("ebb=[A-Za-z0-9_-]{22}; Path=/; HttpOnly; SameSite=Lax");
                    assertThat(cookies.add(cookie(first))).as("each has its own").isTrue();
                    for (int more = 0; more < 8; more++) {
                        var next = client.ask(request(cookie(first)));
                        assertThat(next.text()).isEqualTo(first.text());
                        assertThat(next.field("set-cookie")).isEmpty();
                    }
                }
            }
            try (var client = new TestClient(gateway.gateway)) {
                assertThat(client.ask(request("", "X-Forwarded-Proto: https")).field("set-cookie"))
                        .endsWith("; HttpOnly; SameSite=Lax; Secure");
                for (String odd : List.of("ebb=x", "ebb=" + "A".repeat(22), "ebb=\"\"")) {
                    assertThat(cookie(client.ask(request(odd)))).isNotEmpty();
                }
            }
            assertThat(gateway.traffic().resilience().ties())
                    .isEqualTo(new GatewayStats.Ties(0, 24, 0));
            int counted =
                    List.of(1, 2, 3).stream()
                            .mapToInt(i ->
                                    gateway.endpoint(i)
                                            .traffic()
                                            .ties()
                                            .orElse(Ties.NONE)
                                            .sessions())
                            .sum();
            assertThat(counted).as("those that came back").isBetween(18, 21);
        } finally {
            instances.values().forEach(TestInstance::close);
        }
    }

    @Test
    void itIsTheSameOverHttp2() throws IOException {
        var instances = three();
        try (var gateway = gateway();
                var old = new TestClient(gateway.gateway);
                var client = new TestHttp2Client(gateway.gateway)) {
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            for (int i = 0; i < 10; i++) {
                var first = client.get("/");
                String cookie =
                        Objects.requireNonNull(first.head.get("set-cookie"))
                                .replaceFirst(";.*", "");
                for (int more = 0; more < 5; more++) {
                    var next = client.get("/", "cookie", "a=b", "cookie", cookie);
                    assertThat(next.text()).isEqualTo(first.text());
                    assertThat(next.head).doesNotContainKey("set-cookie");
                    assertThat(old.ask(request(cookie)).text()).isEqualTo(first.text());
                }
            }
        } finally {
            instances.values().forEach(TestInstance::close);
        }
    }

    @Test
    void aParkedInstanceKeepsItsSessionsAndADrainingOneHandsThemOn() throws IOException {
        var instances = three();
        try (var gateway = gateway();
                var client = new TestClient(gateway.gateway)) {
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            String cookie = cookieOf(client, "2");
            gateway.publish(endpoints(instances, 2, EndpointRole.PARKED));
            for (int i = 0; i < 10; i++) {
                assertThat(client.ask(request(cookie)).text()).isEqualTo("2");
                assertThat(client.ask(request("")).text()).isNotEqualTo("2");
            }
            assertThat(gateway.endpoint(2).traffic().ties().orElseThrow().sessions()).isOne();
            gateway.publish(endpoints(instances, 2, EndpointRole.DRAINING));
            var moved = client.ask(request(cookie));
            assertThat(moved.text()).isNotEqualTo("2");
            assertThat(cookie(moved)).isNotEmpty();
            for (int i = 0; i < 10; i++) {
                assertThat(client.ask(request(cookie(moved))).text()).isEqualTo(moved.text());
            }
            assertThat(gateway.traffic().resilience().ties().moved()).isOne();
            assertThat(gateway.inFlight(2)).isZero();
        } finally {
            instances.values().forEach(TestInstance::close);
        }
    }

    /** A cookie of a session of this instance. */
    private static String cookieOf(TestClient client, String instance) throws IOException {
        for (int i = 0; i < 1_000; i++) {
            var answer = client.ask(request(""));
            if (answer.text().equals(instance)) {
                return cookie(answer);
            }
        }
        throw new AssertionError("nobody was sent to " + instance);
    }

    @Test
    void requestsOfOneSessionThatMoveAtOnceMoveToOneInstance() throws IOException {
        var instances = new ConcurrentHashMap<Integer, TestInstance>();
        for (int i = 1; i <= 5; i++) {
            instances.put(i, TestInstance.answering("" + i));
        }
        try (var gateway = new TestGateway(GatewaySettings.DEFAULT.withLoops(2), POLICY);
                var client = new TestClient(gateway.gateway)) {
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            String cookie = cookieOf(client, "2");
            gateway.publish(endpoints(instances, 2, EndpointRole.DRAINING));
            Set<String> at = new HashSet<>();
            Set<String> cookies = new HashSet<>();
            for (int i = 0; i < 12; i++) {
                // As if all had been sent before the first was answered: all with the old cookie.
                try (var tab = new TestClient(gateway.gateway)) {
                    var answer = tab.ask(request(cookie));
                    at.add(answer.text());
                    cookies.add(cookie(answer));
                }
            }
            assertThat(at).hasSize(1).doesNotContain("2");
            for (String each : cookies) {
                assertThat(client.ask(request(each)).text()).isIn(at);
            }
        } finally {
            instances.values().forEach(TestInstance::close);
        }
    }

    @Test
    void anOldCookieOfTheNameDoesNotHideAGoodOne() throws IOException {
        var instances = three();
        try (var gateway = gateway();
                var client = new TestClient(gateway.gateway)) {
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            String gone = cookieOf(client, "3");
            String good = cookieOf(client, "2");
            Objects.requireNonNull(instances.remove(3)).close();
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            List<String> old = List.of("ebb=x", "ebb=" + "A".repeat(22), gone, gone + "; ebb=x");
            for (int i = 0; i < 5; i++) {
                for (String first : old) {
                    for (String between : List.of("; ", "\r\nCookie: c=d; ")) {
                        var answer = client.ask(request(first + between + good));
                        assertThat(answer.text()).as(first).isEqualTo("2");
                        assertThat(answer.field("set-cookie")).isEmpty();
                    }
                }
            }
            var moved = client.ask(request("ebb=x; " + gone));
            assertThat(cookie(moved)).isNotEmpty();
            assertThat(gateway.traffic().resilience().ties().moved()).isOne();
        } finally {
            instances.values().forEach(TestInstance::close);
        }
    }

    /** Parking does nothing to an instance: what fails there would have failed without, too. */
    @Test
    void whatFailsAtAParkedInstanceThatASessionChoseIsNotScalings() throws Exception {
        var arrived = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var flaky =
                new TestInstance((request, exchange) -> {
                    if (request.path().equals("/slow")) {
                        arrived.countDown();
                        RetryTest.awaitQuietly(end);
                    }
                    if (!request.path().equals("/")) {
                        throw new IOException("closes");
                    }
                    exchange.ok("1");
                });
        try (flaky;
                var well = TestInstance.answering("2");
                var gateway = gateway();
                var client = new TestClient(gateway.gateway)) {
            var instances = new TreeMap<>(Map.of(1, flaky, 2, well));
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            String cookie = cookieOf(client, "1");
            gateway.publish(endpoints(instances, 1, EndpointRole.PARKED));
            String fails = request(cookie).replace("GET / ", "GET /fails ");
            assertThat(client.ask(fails).text()).as("retried").isEqualTo("2");
            assertThat(client.ask(fails.replace("GET", "POST")).status()).isEqualTo(502);
            assertThat(gateway.endpoint(1).ledger()).isEqualTo(Ledger.CLEAN);
            assertThat(gateway.traffic().retriedByScaling()).isZero();

            client.send(fails.replace("/fails", "/slow"));
            RetryTest.awaitQuietly(arrived);
            gateway.publish(endpoints(new TreeMap<>(Map.of(2, well)), 0, EndpointRole.ACTIVE));
            end.countDown();
            assertThat(client.read().text()).isEqualTo("2");
            assertThat(gateway.endpoint(1).ledger()).as("stopped").isEqualTo(new Ledger(1, 0, 0));
        }
    }

    /** Under load, with retries off: parks, rescues, drains and stops, and no request is lost. */
    @Test
    void noRequestOfASessionFailsInTwelveCycles() throws Exception {
        var instances = three();
        var asked = new AtomicLong();
        var failed = new AtomicLong();
        var strayed = new AtomicLong();
        var stop = new AtomicBoolean();
        /* Who may be left by its sessions: whoever has begun to drain. */
        Set<String> left = ConcurrentHashMap.newKeySet();
        var clients = new ArrayList<Thread>();
        try (var gateway = new TestGateway(GatewaySettings.DEFAULT.withLoops(2), NO_RETRIES)) {
            gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
            for (int c = 0; c < 8; c++) {
                clients.add(
                        Thread.ofVirtual()
                                .start(() -> session(gateway, stop, left, asked, failed, strayed)));
            }
            for (int cycle = 1; cycle <= 12; cycle++) {
                int leaving = cycle;
                gateway.publish(endpoints(instances, leaving, EndpointRole.PARKED));
                some(asked);
                if (cycle % 3 == 0) {
                    gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
                    some(asked);
                    gateway.publish(endpoints(instances, leaving, EndpointRole.PARKED));
                    some(asked);
                }
                left.add("" + leaving);
                gateway.publish(endpoints(instances, leaving, EndpointRole.DRAINING));
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> gateway.inFlight(leaving) == 0);
                var gone = Objects.requireNonNull(instances.remove(leaving));
                int requests = gone.requests.size();
                gone.die();
                instances.put(leaving + 3, TestInstance.answering("" + (leaving + 3)));
                gateway.publish(endpoints(instances, 0, EndpointRole.ACTIVE));
                some(asked);
                assertThat(gone.requests).hasSize(requests);
            }
            stop.set(true);
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failed).hasValue(0);
            assertThat(strayed).as("left an instance that did not drain").hasValue(0);
            assertThat(gateway.traffic().failedTotal()).isZero();
            assertThat(gateway.traffic().resilience().ties().moved()).isPositive();
        } finally {
            stop.set(true);
            instances.values().forEach(TestInstance::close);
        }
    }

    private static void some(AtomicLong asked) {
        long before = asked.get();
        await().until(() -> asked.get() > before + 60);
    }

    private static void session(
            TestGateway gateway,
            AtomicBoolean stop,
            Set<String> left,
            AtomicLong asked,
            AtomicLong failed,
            AtomicLong strayed) {
        String cookie = "";
        String at = "";
        try (var client = new TestClient(gateway.gateway)) {
            while (!stop.get()) {
                var answer = client.ask(request(cookie));
                if (answer.status() != 200) {
                    failed.incrementAndGet();
                }
                if (!at.isEmpty() && !at.equals(answer.text()) && !left.contains(at)) {
                    strayed.incrementAndGet();
                }
                // Who was parked before it answered binds nobody.
                if (!answer.field("set-cookie").isEmpty()) {
                    at = answer.text();
                    cookie = cookie(answer);
                }
                asked.incrementAndGet();
            }
        } catch (IOException e) {
            failed.incrementAndGet();
        }
    }
}
