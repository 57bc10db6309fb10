package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.PARKED;
import static dev.ebb.xds.TestXds.HELLO;
import static dev.ebb.xds.TestXds.OTHER;
import static dev.ebb.xds.TestXds.health;
import static dev.ebb.xds.TestXds.node;
import static dev.ebb.xds.TestXds.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The state-of-the-world protocol, as a client sees it. */
class WholeStateTest {
    private static final ResourceType EDS = ResourceType.ENDPOINT;

    private TestXds xds;

    @BeforeEach
    void start() throws Exception {
        xds = TestXds.start(HELLO, OTHER);
    }

    @AfterEach
    void stop() throws Exception {
        xds.close();
    }

    private TestStream<DiscoveryRequest, DiscoveryResponse> ads(TestXds of) {
        return new TestStream<>(
                AggregatedDiscoveryServiceGrpc.newStub(of.channel())::streamAggregatedResources);
    }

    private static DiscoveryRequest.Builder ask(ResourceType type, String... names) {
        return DiscoveryRequest.newBuilder()
                .setNode(node("envoy-1"))
                .setTypeUrl(type.url)
                .addAllResourceNames(List.of(names));
    }

    private static DiscoveryRequest ack(DiscoveryResponse of, String... names) {
        return DiscoveryRequest.newBuilder()
                .setTypeUrl(of.getTypeUrl())
                .setVersionInfo(of.getVersionInfo())
                .setResponseNonce(of.getNonce())
                .addAllResourceNames(List.of(names))
                .build();
    }

    private static DiscoveryRequest nack(DiscoveryResponse of, String why, String... names) {
        return ack(of, names).toBuilder()
                .setErrorDetail(com.google.rpc.Status.newBuilder().setCode(3).setMessage(why))
                .build();
    }

    private static ClusterLoadAssignment assignment(DiscoveryResponse answer)
            throws InvalidProtocolBufferException {
        return answer.getResources(0).unpack(ClusterLoadAssignment.class);
    }

    private void awaitAcknowledged(ServiceName service, long generation) {
        await().untilAsserted(() ->
                assertThat(xds.report(service).acknowledgedGeneration()).isEqualTo(generation));
    }

    @Test
    void allTypesComeOnOneStream() throws Exception {
        xds.server.publish(snapshot(HELLO, 3, ACTIVE, PARKED));
        var stream = ads(xds);
        stream.send(ask(ResourceType.CLUSTER).build());
        DiscoveryResponse clusters = stream.next();
        assertThat(clusters.getTypeUrl()).isEqualTo(ResourceType.CLUSTER.url);
        Cluster cluster = clusters.getResources(0).unpack(Cluster.class);
        assertThat(clusters.getResourcesCount()).isEqualTo(2);
        assertThat(cluster.getName()).isEqualTo("hello");
        assertThat(cluster.getCommonLbConfig().getHealthyPanicThreshold().getValue()).isZero();
        assertThat(cluster.getCommonLbConfig().hasHealthyPanicThreshold()).isTrue();
        assertThat(cluster.getCommonLbConfig().hasUpdateMergeWindow()).isTrue();
        assertThat(cluster.getCommonLbConfig().hasLocalityWeightedLbConfig()).isTrue();
        assertThat(cluster.getIgnoreHealthOnHostRemoval()).isTrue();
        stream.send(ack(clusters));
        stream.send(ask(EDS, "hello").build());
        DiscoveryResponse endpoints = stream.next();
        assertThat(health(assignment(endpoints)))
                .containsEntry(9001, HealthStatus.HEALTHY)
                .containsEntry(9002, HealthStatus.DRAINING);
        stream.send(ask(ResourceType.LISTENER).build());
        assertThat(stream.next().getResourcesCount()).isEqualTo(1);
        stream.send(ask(ResourceType.ROUTE, "ebb").build());
        assertThat(stream.next().getResourcesCount()).isEqualTo(1);
    }

    @Test
    void aGenerationCountsOnceItIsAcknowledged() throws Exception {
        xds.server.publish(snapshot(HELLO, 3, ACTIVE, ACTIVE));
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(Long.MAX_VALUE);
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").build());
        DiscoveryResponse first = stream.next();
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isZero();
        stream.send(ack(first, "hello"));
        awaitAcknowledged(HELLO, 3);
        xds.server.publish(snapshot(HELLO, 4, ACTIVE, PARKED));
        DiscoveryResponse second = stream.next();
        assertThat(second.getVersionInfo()).isNotEqualTo(first.getVersionInfo());
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(3);
        stream.send(ack(second, "hello"));
        awaitAcknowledged(HELLO, 4);
        // Nothing that a data plane would see: it has this generation already.
        xds.server.publish(snapshot(HELLO, 5, ACTIVE, PARKED));
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(5);
        assertThat(stream.isQuiet()).isTrue();
    }

    @Test
    void everyDataPlaneMustHaveAcknowledged() throws Exception {
        xds.server.publish(snapshot(HELLO, 3, ACTIVE));
        var one = ads(xds);
        var two = ads(xds);
        one.send(ask(EDS, "hello").build());
        two.send(ask(EDS, "hello").setNode(node("envoy-2")).build());
        one.send(ack(one.next(), "hello"));
        DiscoveryResponse late = two.next();
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isZero();
        two.send(ack(late, "hello"));
        awaitAcknowledged(HELLO, 3);
    }

    @Test
    void aRefusalIsNoAcknowledgementAndIsTold() throws Exception {
        xds.server.publish(snapshot(HELLO, 3, ACTIVE, ACTIVE));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").build());
        stream.send(ack(stream.next(), "hello"));
        awaitAcknowledged(HELLO, 3);
        xds.pass(TestXds.GRACE);
        xds.server.publish(snapshot(HELLO, 4, ACTIVE, PARKED));
        stream.send(nack(stream.next(), "no such thing", "hello"));
        await().until(() -> xds.server.trouble().isPresent());
        assertThat(xds.server.trouble().get()).contains("envoy-1", "no such thing");
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(3);
        assertThat(xds.server.uncounted().get().why().code()).isEqualTo("data_plane_refused");
        // Only something new is worth another try.
        assertThat(stream.isQuiet()).isTrue();
        xds.server.publish(snapshot(HELLO, 5, PARKED, ACTIVE));
        stream.send(ack(stream.next(), "hello"));
        awaitAcknowledged(HELLO, 5);
        assertThat(xds.server.trouble()).isEmpty();
    }

    /** One answer is on its way at most; of what has come meanwhile only the newest is sent. */
    @Test
    void nothingPilesUpForASlowDataPlane() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").build());
        DiscoveryResponse first = stream.next();
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, ACTIVE));
        xds.server.publish(snapshot(HELLO, 3, ACTIVE, ACTIVE, ACTIVE));
        assertThat(stream.isQuiet()).isTrue();
        stream.send(ack(first, "hello"));
        DiscoveryResponse newest = stream.next();
        assertThat(health(assignment(newest))).hasSize(3);
        stream.send(ack(newest, "hello"));
        awaitAcknowledged(HELLO, 3);
        assertThat(stream.isQuiet()).isTrue();
    }

    /** A to B to A while B is on its way: what is acknowledged is the first A, not the second. */
    @Test
    void anOldContentIsNotTakenForANewOne() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, PARKED));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").build());
        stream.send(ack(stream.next(), "hello"));
        awaitAcknowledged(HELLO, 1);
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, ACTIVE));
        DiscoveryResponse between = stream.next();
        xds.server.publish(snapshot(HELLO, 3, ACTIVE, PARKED));
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(1);
        stream.send(ack(between, "hello"));
        DiscoveryResponse last = stream.next();
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(2);
        stream.send(ack(last, "hello"));
        awaitAcknowledged(HELLO, 3);
    }

    @Test
    void anAnswerToSomethingOlderIsNotHeeded() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").build());
        DiscoveryResponse first = stream.next();
        stream.send(ack(first, "hello"));
        awaitAcknowledged(HELLO, 1);
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, ACTIVE));
        DiscoveryResponse second = stream.next();
        stream.send(ack(first, "hello"));
        stream.send(ask(ResourceType.CLUSTER).build());
        stream.next();
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(1);
        stream.send(ack(second, "hello"));
        awaitAcknowledged(HELLO, 2);
    }

    /** A start of Ebb, with instances that are not known yet, empties nothing. */
    @Test
    void nothingIsSaidOfAServiceBeforeSomethingMayBePicked() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, PARKED, PARKED));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello", "other").build());
        stream.send(ask(ResourceType.CLUSTER).build());
        DiscoveryResponse first = stream.next();
        assertThat(first.getTypeUrl()).isEqualTo(ResourceType.CLUSTER.url);
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
        DiscoveryResponse second = stream.next();
        assertThat(second.getTypeUrl()).isEqualTo(EDS.url);
        assertThat(second.getResourcesCount()).isEqualTo(1);
        // Later on, empty means empty.
        stream.send(ack(second, "hello", "other"));
        xds.server.publish(snapshot(HELLO, 3));
        assertThat(assignment(stream.next()).getEndpointsCount()).isZero();
    }

    @Test
    void twoReplicasSayTheSame() throws Exception {
        try (TestXds replica = TestXds.start(HELLO, OTHER)) {
            xds.server.publish(snapshot(HELLO, 7, ACTIVE, PARKED));
            replica.server.publish(snapshot(HELLO, 9, ACTIVE, PARKED));
            for (ResourceType type : ResourceType.values()) {
                String[] names =
                        switch (type) {
                            case ENDPOINT -> new String[] {"hello"};
                            case ROUTE -> new String[] {"ebb"};
                            case CLUSTER, LISTENER -> new String[0];
                        };
                var one = ads(xds);
                var two = ads(replica);
                one.send(ask(type, names).build());
                two.send(ask(type, names).build());
                DiscoveryResponse a = one.next();
                DiscoveryResponse b = two.next();
                assertThat(a.getVersionInfo()).isEqualTo(b.getVersionInfo());
                assertThat(a.getResourcesList()).isEqualTo(b.getResourcesList());
            }
        }
    }

    @Test
    void whatEbbsChecksHaveEjectedIsUnhealthyUnlessThatIsAll() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, ACTIVE));
        xds.server.eject(HELLO, Set.of(new InstanceId(HELLO, 1)));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").build());
        DiscoveryResponse first = stream.next();
        assertThat(health(assignment(first)))
                .containsEntry(9001, HealthStatus.UNHEALTHY)
                .containsEntry(9002, HealthStatus.HEALTHY);
        stream.send(ack(first, "hello"));
        xds.server.eject(HELLO, Set.of(new InstanceId(HELLO, 1), new InstanceId(HELLO, 2)));
        assertThat(health(assignment(stream.next())).values()).containsOnly(HealthStatus.HEALTHY);
    }

    @Test
    void aDataPlaneWithoutANameIsRefused() throws Exception {
        var stream = ads(xds);
        stream.send(DiscoveryRequest.newBuilder().setTypeUrl(EDS.url).build());
        assertThat(stream.end())
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("node.id");
    }
}
