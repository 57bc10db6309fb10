package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is no habit of an instance's, though it closed connections; and how a mistake ends. */
@Timeout(60)
class IdleTimeDoubtTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long CONFIGURED = 4 * SECOND;

    private final IdleTime idle = new IdleTime(CONFIGURED);

    // ---- As a timeline, in seconds

    private void seen(double age, double at) {
        var _ = shown(age, at);
    }

    private IdleTime.Seen shown(double age, double at) {
        return idle.seen((long) (age * SECOND), (long) (at * SECOND));
    }

    private void ended(double at) {
        boolean _ = idle.ended((long) (at * SECOND));
    }

    private double nowSeconds() {
        return idle.nanos() / 1e9;
    }

    @Test
    void aHabitIsUndercut() {
        seen(2, 10);
        assertThat(nowSeconds()).isEqualTo(1.5);
        seen(3, 20);
        assertThat(nowSeconds()).as("a longer one is no news").isEqualTo(1.5);
        seen(1.2, 30);
        assertThat(nowSeconds()).isEqualTo(0.9);
    }

    @Test
    void connectionsOfSeveralAgesThatCloseTogetherWereClosedByTheEnd() {
        seen(2, 10);
        seen(3, 10.1);
        assertThat(nowSeconds()).isEqualTo(4);
        seen(1.5, 10.2);
        assertThat(nowSeconds()).as("of the same end").isEqualTo(4);
        assertThat(shown(0.1, 20)).isEqualTo(IdleTime.Seen.NOTHING);
        assertThat(shown(2, 20.1)).as("told to others as an end").isEqualTo(IdleTime.Seen.END);
        assertThat(nowSeconds()).as("one of them was quite new").isEqualTo(4);
    }

    @Test
    void connectionsOfOneAgeThatCloseTogetherShowTheHabit() {
        seen(2, 10);
        seen(2.1, 10.1);
        assertThat(nowSeconds()).isEqualTo(1.5);
    }

    @Test
    void whoCannotBeReachedSoonAfterHadEnded() {
        seen(2, 10);
        ended(19);
        assertThat(nowSeconds()).isEqualTo(4);
        seen(3, 30);
        ended(41);
        assertThat(nowSeconds()).as("too late to be the reason").isEqualTo(2.25);
        seen(2, 50);
        ended(51);
        assertThat(nowSeconds()).as("only what is in doubt is taken back").isEqualTo(2.25);
    }

    @Test
    void whatBreaksOffAtTheSameTimeShowsAnEndToo() {
        seen(2, 10);
        idle.brokeOff((long) (10.2 * SECOND));
        assertThat(nowSeconds()).isEqualTo(4);
        idle.brokeOff(20 * SECOND);
        seen(2, 20.2);
        assertThat(nowSeconds()).isEqualTo(4);
        seen(2, 30);
        idle.brokeOff(31 * SECOND);
        assertThat(nowSeconds()).as("another matter").isEqualTo(1.5);
    }

    @Test
    void aTestMakesUpForWhatWasWrong() {
        seen(2, 10);
        assertThat(idle.wantsTest(39 * SECOND)).isFalse();
        assertThat(idle.wantsTest(41 * SECOND)).isTrue();
        idle.tested(3 * SECOND, 44 * SECOND);
        assertThat(nowSeconds()).as("it lived for 3 s").isEqualTo(2.25);
        assertThat(idle.wantsTest(80 * SECOND)).as("the next one later").isFalse();
        assertThat(idle.wantsTest(105 * SECOND)).isTrue();
        idle.tested(2 * SECOND, 107 * SECOND);
        assertThat(nowSeconds()).as("a test does no harm").isEqualTo(2.25);
        assertThat(idle.wantsTest(230 * SECOND)).isTrue();
        idle.tested(4 * SECOND, 234 * SECOND);
        assertThat(nowSeconds()).isEqualTo(4);
        assertThat(idle.wantsTest(10_000 * SECOND)).as("nothing to test").isFalse();
    }

    @Test
    void whatIsPromisedIsBelievedAsItWasSaidLast() {
        idle.promised(2 * SECOND);
        assertThat(nowSeconds()).isEqualTo(1.5);
        idle.promised(3 * SECOND);
        assertThat(nowSeconds()).isEqualTo(2.25);
        assertThat(idle.wantsTest(1000 * SECOND)).isFalse();
    }

    // ---- With connections

    /** No retry hides anything, and no connection is closed by us meanwhile. */
    private static TestGateway gateway(int connections) {
        Limits limits = Limits.DEFAULT;
        return new TestGateway(
                GatewaySettings.DEFAULT
                        .withLoops(1)
                        .withLimits(
                                new Limits(
                                        limits.headBytes(),
                                        limits.headFields(),
                                        limits.targetBytes(),
                                        limits.requestBodyBytes(),
                                        limits.uploadRate(),
                                        limits.replayBytes(),
                                        limits.writeBufferBytes(),
                                        limits.clientConnections(),
                                        connections,
                                        limits.waitingPerInstance(),
                                        limits.idlePerInstance())),
                TestGateway.policy(RetryPolicy.OFF, TestGateway.NO_EJECTION, TestGateway.SELDOM));
    }

    /** On the loop, of the only instance. */
    private static <T> T ofPool(TestGateway gateway, Function<InstancePool, T> what)
            throws Exception {
        return ofPool(gateway, 0, what);
    }

    private static <T> T ofPool(TestGateway gateway, int number, Function<InstancePool, T> what)
            throws Exception {
        GatewayLoop loop = gateway.gateway.loops().get(number);
        return loop.eventLoop()
                .submit(() -> {
                    LoopService service = loop.service(0);
                    return what.apply(
                            service.pool(
                                    service.balancer.candidate(TestGateway.id(1)).orElseThrow()));
                })
                .get(20, TimeUnit.SECONDS);
    }

    private static Duration idleTime(TestGateway gateway) throws Exception {
        return Duration.ofNanos(ofPool(gateway, InstancePool::idleNanos));
    }

    private static void awaitAge(long sinceNanos) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> System.nanoTime() - sinceNanos > 1.4 * SECOND);
    }

    @Test
    void anInstanceThatEndsTeachesNothing() throws Exception {
        var slow = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/slow")) {
                                RetryTest.awaitQuietly(slow);
                            }
                            exchange.ok("well");
                        });
                var gateway = gateway(10).with(instance);
                var one = new TestClient(gateway.gateway);
                var two = new TestClient(gateway.gateway)) {
            one.send(TestClient.get("/slow"));
            await().until(() -> gateway.inFlight(1) == 1);
            assertThat(two.ask(TestClient.get("/")).status()).isEqualTo(200);
            awaitAge(System.nanoTime());
            slow.countDown();
            assertThat(one.read().status()).isEqualTo(200);
            instance.die();
            await().until(() -> gateway.gateway.stats().connections().upstreamClosed() == 2);
            assertThat(idleTime(gateway)).isEqualTo(Duration.ofSeconds(4));
        }
    }

    @Test
    void aConnectionThatWasHandedOnWasNotUnused() throws Exception {
        var slow = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            switch (request.path()) {
                                case "/slow" -> RetryTest.awaitQuietly(slow);
                                case "/close" -> exchange.socket().close();
                                default -> {}
                            }
                            exchange.ok("well");
                        });
                var gateway = gateway(1).with(instance);
                var one = new TestClient(gateway.gateway);
                var two = new TestClient(gateway.gateway)) {
            assertThat(one.ask(TestClient.get("/")).status()).isEqualTo(200);
            long rested = System.nanoTime();
            one.send(TestClient.get("/slow"));
            await().until(() -> gateway.inFlight(1) == 1);
            two.send(TestClient.get("/close"));
            await().until(() -> gateway.inFlight(1) == 2);
            awaitAge(rested);
            slow.countDown();
            assertThat(one.read().status()).isEqualTo(200);
            assertThat(two.read().status()).isEqualTo(502);
            assertThat(instance.connections).as("the same connection").hasValue(1);
            assertThat(idleTime(gateway)).isEqualTo(Duration.ofSeconds(4));
        }
    }

    /**
     * Closes of two ages at once, on one loop: the other one must not take the second for a habit.
     */
    @ParameterizedTest
    @EnumSource(Protocol.class)
    void whatOneLoopKnowsForAnEndIsNoHabitToTheOthers(Protocol protocol) throws Exception {
        try (var instance = new TestInstance((request, exchange) -> exchange.ok("well"));
                var gateway =
                        new TestGateway(
                                        GatewaySettings.DEFAULT.withLoops(2),
                                        TestGateway.PLAIN,
                                        protocol)
                                .with(instance)) {
            var usual = ofPool(gateway, 1, InstancePool::idleNanos);
            int _ = ofPool(gateway, 0, pool -> closes(pool, SECOND / 10));
            int _ = ofPool(gateway, 0, pool -> closes(pool, 2 * SECOND));
            assertThat(ofPool(gateway, 0, InstancePool::idleNanos)).isEqualTo(usual);
            assertThat(ofPool(gateway, 1, InstancePool::idleNanos)).isEqualTo(usual);
        }
    }

    @Test
    void whatADrainingOneClosesIsNoHabit() throws Exception {
        try (var instance = new TestInstance((request, exchange) -> exchange.ok("well"));
                var gateway =
                        new TestGateway(GatewaySettings.DEFAULT.withLoops(2), TestGateway.PLAIN)) {
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.DRAINING)));
            int _ = ofPool(gateway, 0, pool -> closes(pool, 2 * SECOND));
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            for (int loop = 0; loop < 2; loop++) {
                assertThat(ofPool(gateway, loop, InstancePool::idleNanos))
                        .isEqualTo(Duration.ofSeconds(4).toNanos());
            }
        }
    }

    private static int closes(InstancePool pool, long idleNanos) {
        long now = System.nanoTime();
        if (pool instanceof UpstreamPool http1) {
            http1.closedByInstance(idleNanos, now);
        } else if (pool instanceof Http2Pool http2) {
            http2.closedByInstance(new Http2Upstream(http2.service.loop, http2), idleNanos, now);
        }
        return pool.idle();
    }

    /** The clock is put forward on the loop: nobody closes a connection here. */
    @Test
    void aConnectionUnderTestIsNotUsedAndItsLifeCounts() throws Exception {
        var settings =
                GatewaySettings.DEFAULT
                        .withLoops(1)
                        .withTimeouts(TestTimeouts.upstreamIdle(Duration.ofMinutes(5)));
        try (var instance = new TestInstance((request, exchange) -> exchange.ok("well"));
                var gateway = new TestGateway(settings, TestGateway.PLAIN).with(instance);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
            int left = ofPool(gateway, pool -> learnedAndAhead(pool, 41 * SECOND));
            assertThat(left).isZero();
            assertThat(idleTime(gateway)).isEqualTo(Duration.ofMillis(1500));
            assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
            assertThat(instance.connections).as("the first one is left alone").hasValue(2);
            ofPool(gateway, pool -> ahead(pool, 301 * SECOND));
            assertThat(idleTime(gateway)).isEqualTo(Duration.ofMinutes(5));
        }
    }

    private static int learnedAndAhead(InstancePool pool, long nanos) {
        assertThat(pool.idle()).isOne();
        pool.closesIdle(2 * SECOND);
        return ahead(pool, nanos);
    }

    private static int ahead(InstancePool pool, long nanos) {
        pool.tick(System.nanoTime() + nanos);
        return pool.idle();
    }
}
