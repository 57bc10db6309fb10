package dev.ebb.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.control.EndpointSink.Told;
import dev.ebb.control.SelfReports.Asked;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reports of real gRPC servers. */
@Timeout(60)
class OrcaReportsTest {
    private static final Duration EVERY = Duration.ofMillis(50);

    private final OrcaReports reports =
            new OrcaReports(new SplittableRandom(1), 2, TimeUnit.MILLISECONDS.toNanos(400));

    @AfterEach
    void close() {
        reports.close();
    }

    private static Asked at(int port) {
        return new Asked("127.0.0.1", port, EVERY);
    }

    private Optional<Told> told(Asked one) {
        return reports.heard(one).newest();
    }

    private String trouble(Asked one) {
        return reports.heard(one).trouble().orElse("");
    }

    private boolean says(Asked one, double utilization) {
        return told(one).filter(t -> t.utilization() == utilization).isPresent();
    }

    @Test
    void anInstanceSaysHowBusyItIsAgainAndAgain() throws Exception {
        try (var server = new OrcaServer(0, true)) {
            Asked one = at(server.port());
            server.metrics.setCpuUtilizationMetric(0.25);
            assertThat(told(one)).isEmpty();
            assertThat(trouble(one)).contains("not asked");
            reports.ask("a", Set.of(one));
            await().until(() -> says(one, 0.25));
            assertThat(told(one).orElseThrow().memory()).as("it says nothing of it").isEmpty();

            server.metrics.setMemoryUtilizationMetric(0.5);
            server.metrics.setApplicationUtilizationMetric(0.75);
            await().until(() -> says(one, 0.75));
            assertThat(told(one).orElseThrow().memory()).hasValue(0.5);
            server.metrics.putUtilizationMetric("threads", 0.9);
            await().until(() -> says(one, 0.9));

            long before = told(one).orElseThrow().atNanos();
            await().until(() -> told(one).orElseThrow().atNanos() - before > 0);
            assertThat(reports.malformed()).isZero();
            server.metrics.setApplicationUtilizationMetric(1_000);
            await().until(() -> trouble(one).contains("makes no sense"));
            assertThat(trouble(one)).endsWith("utilization is 1000.0");
            await().until(() -> reports.malformed() > 1);
            assertThat(told(one)).isEmpty();
            assertThat(server.streams).as("by one stream").hasValue(1);
        }
    }

    @Test
    void whatCannotBeReadIsCountedAndNamed() throws Exception {
        MethodDescriptor<byte[], byte[]> method =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                        .setFullMethodName("xds.service.orca.v3.OpenRcaService/StreamCoreMetrics")
                        .setRequestMarshaller(new RawBytes())
                        .setResponseMarshaller(new RawBytes())
                        .build();
        // A field that says that it is longer than all there is.
        byte[] broken = {0x22, 0x7F, 1};
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                InsecureServerCredentials.create())
                        .addService(
                                ServerServiceDefinition.builder(
                                                "xds.service.orca.v3.OpenRcaService")
                                        .addMethod(
                                                method,
                                                ServerCalls.asyncServerStreamingCall(
                                                        (_, to) -> to.onNext(broken)))
                                        .build())
                        .build()
                        .start();
        try {
            Asked one = at(server.getPort());
            reports.ask("a", Set.of(one));
            await().until(() -> trouble(one).contains("cannot be read"));
            assertThat(reports.malformed()).isPositive();
            assertThat(told(one)).isEmpty();
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void whatWasSaidIsGoneWithTheInstanceAndIsAskedAnew() throws Exception {
        int port;
        try (var server = new OrcaServer(0, true)) {
            port = server.port();
            server.metrics.setCpuUtilizationMetric(0.25);
            reports.ask("a", Set.of(at(port)));
            await().until(() -> says(at(port), 0.25));
        }
        await().until(() -> told(at(port)).isEmpty());
        assertThat(trouble(at(port))).contains("127.0.0.1 port " + port);
        try (var server = new OrcaServer(port, true)) {
            server.metrics.setCpuUtilizationMetric(0.5);
            await().until(() -> says(at(port), 0.5));
        }
    }

    /** It may have gone without a word, and pings would be taken for an attack. */
    @Test
    void whoSaysNothingForLongIsAskedAnew() throws Exception {
        try (var server = OrcaServer.silent()) {
            server.metrics.setCpuUtilizationMetric(0.25);
            reports.ask("a", Set.of(at(server.port())));
            await().until(() -> says(at(server.port()), 0.25));
            // It is asked anew half a second later, and answers.
            await().pollInterval(Duration.ofMillis(2))
                    .until(() -> trouble(at(server.port())).contains("has said nothing for long"));
            await().until(() -> server.begun.get() >= 2 && says(at(server.port()), 0.25));
        }
    }

    @Test
    void whoOffersNoReportsIsNamed() throws Exception {
        try (var server = new OrcaServer(0, false)) {
            Asked one = at(server.port());
            reports.ask("a", Set.of(one));
            await().until(() -> trouble(one).contains("offers no ORCA reports"));
            assertThat(told(one)).isEmpty();
        }
    }

    @Test
    void nobodyIsAskedLongerThanSomebodyWants() throws Exception {
        try (var server = new OrcaServer(0, true)) {
            Asked one = at(server.port());
            reports.ask("a", Set.of(one));
            reports.ask("b", Set.of(one));
            await().until(() -> server.streams.get() == 1 && told(one).isPresent());
            reports.ask("a", Set.of());
            reports.retain(Set.of("b"));
            assertThat(told(one)).as("b wants it still").isPresent();
            reports.retain(Set.of());
            assertThat(told(one)).isEmpty();
            await().until(() -> server.streams.get() == 0);
        }
    }

    @Test
    void noMoreAreAskedThanMayBe() throws Exception {
        try (var one = new OrcaServer(0, true);
                var two = new OrcaServer(0, true);
                var three = new OrcaServer(0, true)) {
            reports.ask("a", Set.of(at(one.port()), at(two.port())));
            await().until(() -> one.streams.get() + two.streams.get() == 2);
            reports.ask("b", Set.of(at(three.port())));
            assertThat(trouble(at(three.port()))).contains("2 others are asked already");
            reports.ask("a", Set.of(at(one.port())));
            await().until(() -> three.streams.get() == 1);
            assertThat(one.streams).hasValue(1);
        }
    }
}
