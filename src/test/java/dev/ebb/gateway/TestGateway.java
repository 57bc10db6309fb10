package dev.ebb.gateway;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.StrategyKind;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;

/** A gateway with one service, and the roles of its instances, for tests. */
final class TestGateway implements AutoCloseable {
    static final ServiceName HELLO = new ServiceName("hello");
    static final EjectionPolicy NO_EJECTION =
            new EjectionPolicy(
                    0,
                    0,
                    2,
                    20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(10),
                    0.5,
                    0);
    static final CheckPolicy SELDOM =
            new CheckPolicy(
                    Optional.empty(), Duration.ofSeconds(30), Duration.ofSeconds(1), 0, 1, 100);
    static final BalancePolicy PLAIN = policy(RetryPolicy.DEFAULT, NO_EJECTION, SELDOM);

    final Gateway gateway;
    private long generation;

    TestGateway() {
        this(GatewaySettings.DEFAULT, PLAIN);
    }

    TestGateway(GatewaySettings settings, BalancePolicy policy) {
        this(settings, policy, List.of(Route.ALL));
    }

    TestGateway(GatewaySettings settings, BalancePolicy policy, Protocol protocol) {
        this(
                settings,
                new GatewayService(HELLO, List.of(Route.ALL), policy).withProtocol(protocol));
    }

    TestGateway(
            GatewaySettings settings,
            BalancePolicy policy,
            List<Route> routes,
            FixedRoute... fixed) {
        this(settings, new GatewayService(HELLO, routes, policy), fixed);
    }

    TestGateway(GatewaySettings settings, GatewayService service, FixedRoute... fixed) {
        try {
            gateway =
                    Gateway.start(
                            settings.withListeners(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                            List.of(service),
                            List.of(fixed),
                            Duration.ofMillis(20));
        } catch (GatewayStartException e) {
            throw new IllegalStateException(e);
        }
    }

    static BalancePolicy policy(RetryPolicy retry, EjectionPolicy ejection, CheckPolicy check) {
        return new BalancePolicy(StrategyKind.RANDOM, Duration.ZERO, check, ejection, retry);
    }

    static InstanceId id(int ordinal) {
        return new InstanceId(HELLO, ordinal);
    }

    /** All of them active, numbered from 1. */
    TestGateway with(TestInstance... instances) {
        var endpoints = new ArrayList<Endpoint>();
        for (TestInstance instance : instances) {
            endpoints.add(instance.endpoint(id(endpoints.size() + 1), EndpointRole.ACTIVE));
        }
        publish(endpoints);
        return this;
    }

    /** Publishes and waits until every loop has acknowledged. */
    void publish(List<Endpoint> endpoints) {
        gateway.publish(new EndpointSnapshot(HELLO, ++generation, endpoints));
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> report().acknowledgedGeneration() == generation);
    }

    EndpointSink.Report report() {
        return gateway.report(HELLO, new Now(System.nanoTime(), 0));
    }

    EndpointSink.EndpointReport endpoint(int ordinal) {
        return Objects.requireNonNull(report().endpoints().get(id(ordinal)));
    }

    int inFlight(int ordinal) {
        return endpoint(ordinal).traffic().inFlight();
    }

    GatewayStats.Traffic traffic() {
        return Objects.requireNonNull(gateway.stats().services().get(HELLO));
    }

    @Override
    public void close() {
        gateway.close(Duration.ofMillis(50));
    }
}
