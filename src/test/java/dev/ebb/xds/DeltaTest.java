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
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.envoyproxy.envoy.service.endpoint.v3.EndpointDiscoveryServiceGrpc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The protocol of changes, as a client sees it. */
class DeltaTest {
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

    private static TestStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> ads(TestXds of) {
        return new TestStream<>(
                AggregatedDiscoveryServiceGrpc.newStub(of.channel())::deltaAggregatedResources);
    }

    private static DeltaDiscoveryRequest.Builder ask(ResourceType type, String... names) {
        return DeltaDiscoveryRequest.newBuilder()
                .setNode(node("envoy-1"))
                .setTypeUrl(type.url)
                .addAllResourceNamesSubscribe(List.of(names));
    }

    private static DeltaDiscoveryRequest ack(DeltaDiscoveryResponse of) {
        return DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(of.getTypeUrl())
                .setResponseNonce(of.getNonce())
                .build();
    }

    private static Map<String, String> versions(DeltaDiscoveryResponse of) {
        Map<String, String> versions = new HashMap<>();
        of.getResourcesList().forEach(r -> versions.put(r.getName(), r.getVersion()));
        return versions;
    }

    private static ClusterLoadAssignment assignment(Resource resource)
            throws InvalidProtocolBufferException {
        return resource.getResource().unpack(ClusterLoadAssignment.class);
    }

    private void awaitAcknowledged(long generation) {
        await().untilAsserted(() ->
                assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(generation));
    }

    @Test
    void onlyWhatChangedIsSent() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, ACTIVE));
        xds.server.publish(snapshot(OTHER, 1, ACTIVE));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello", "other").build());
        DeltaDiscoveryResponse first = stream.next();
        assertThat(versions(first)).containsOnlyKeys("hello", "other");
        stream.send(ack(first));
        awaitAcknowledged(1);
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
        DeltaDiscoveryResponse second = stream.next();
        assertThat(versions(second)).containsOnlyKeys("hello");
        assertThat(health(assignment(second.getResources(0))))
                .containsEntry(9002, HealthStatus.DRAINING);
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isEqualTo(1);
        stream.send(ack(second));
        awaitAcknowledged(2);
    }

    @Test
    void anUnsubscribedNameIsNotSentAndASubscribedOneIsSentAgain() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE));
        xds.server.publish(snapshot(OTHER, 1, ACTIVE));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").build());
        stream.send(ack(stream.next()));
        stream.send(
                DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(EDS.url)
                        .addResourceNamesUnsubscribe("hello")
                        .addResourceNamesSubscribe("other")
                        .build());
        DeltaDiscoveryResponse other = stream.next();
        assertThat(versions(other)).containsOnlyKeys("other");
        stream.send(ack(other));
        xds.server.publish(snapshot(HELLO, 2, PARKED, ACTIVE));
        stream.send(ask(EDS, "hello").build());
        assertThat(versions(stream.next())).containsOnlyKeys("hello");
    }

    @Test
    void aNameThatIsUnknownIsSaidToBeGone() throws Exception {
        var stream = ads(xds);
        stream.send(ask(EDS, "hello", "nobody").build());
        DeltaDiscoveryResponse answer = stream.next();
        assertThat(answer.getRemovedResourcesList()).containsExactly("nobody");
        assertThat(answer.getResourcesCount()).isZero();
    }

    /** What one has from before is not sent again, and counts at once as acknowledged. */
    @Test
    void whoComesBackHearsOnlyOfWhatIsNew() throws Exception {
        xds.server.publish(snapshot(HELLO, 4, ACTIVE, PARKED));
        var before = ads(xds);
        before.send(ask(ResourceType.CLUSTER).build());
        Map<String, String> clusters = versions(before.next());
        before.send(ask(EDS, "hello").build());
        Map<String, String> endpoints = versions(before.next());
        try (TestXds again = TestXds.start(HELLO, OTHER)) {
            again.server.publish(snapshot(HELLO, 11, ACTIVE, PARKED));
            var after = ads(again);
            after.send(ask(ResourceType.CLUSTER).putAllInitialResourceVersions(clusters).build());
            after.send(ask(EDS, "hello").putAllInitialResourceVersions(endpoints).build());
            await().untilAsserted(() ->
                    assertThat(again.report(HELLO).acknowledgedGeneration()).isEqualTo(11));
            assertThat(after.isQuiet()).isTrue();
            again.server.publish(snapshot(HELLO, 12, PARKED, ACTIVE));
            assertThat(versions(after.next())).containsOnlyKeys("hello");
        }
    }

    /** The same before Ebb knows of any instance: compared once there is something to compare. */
    @Test
    void whoComesBackEarlyHasWhatItHasToo() throws Exception {
        xds.server.publish(snapshot(HELLO, 4, ACTIVE, PARKED));
        var before = ads(xds);
        before.send(ask(EDS, "hello").build());
        Map<String, String> endpoints = versions(before.next());
        try (TestXds again = TestXds.start(HELLO, OTHER)) {
            var after = ads(again);
            after.send(ask(EDS, "hello").putAllInitialResourceVersions(endpoints).build());
            await().untilAsserted(() ->
                    assertThat(again.report(HELLO).acknowledgedGeneration()).isZero());
            again.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
            assertThat(again.report(HELLO).acknowledgedGeneration()).isEqualTo(2);
            assertThat(after.isQuiet()).isTrue();
        }
    }

    /** A service that is gone since Ebb was started anew: first its routes, then its cluster. */
    @Test
    void whatIsGoneSinceAnEarlierLifeIsRemovedAfterWhatRefersToIt() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE));
        var stream = ads(xds);
        stream.send(
                ask(ResourceType.CLUSTER)
                        .putInitialResourceVersions("gone", "v")
                        .putInitialResourceVersions("hello", "old")
                        .build());
        DeltaDiscoveryResponse clusters = stream.next();
        assertThat(versions(clusters)).containsKeys("hello", "other");
        assertThat(clusters.getRemovedResourcesList()).isEmpty();
        stream.send(ack(clusters));
        stream.send(ask(ResourceType.LISTENER).build());
        DeltaDiscoveryResponse listeners = stream.next();
        stream.send(ack(listeners));
        stream.send(ask(ResourceType.ROUTE, "ebb").build());
        DeltaDiscoveryResponse routes = stream.next();
        assertThat(routes.getTypeUrl()).isEqualTo(ResourceType.ROUTE.url);
        stream.send(ack(routes));
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, ACTIVE));
        DeltaDiscoveryResponse removal = stream.next();
        assertThat(removal.getTypeUrl()).isEqualTo(ResourceType.CLUSTER.url);
        assertThat(removal.getRemovedResourcesList()).containsExactly("gone");
    }

    /** Ebb has just started and knows of no instance: that is no reason to say that none is. */
    @Test
    void whatIsNotKnownYetIsNotRemoved() throws Exception {
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").putInitialResourceVersions("hello", "old").build());
        stream.send(ask(ResourceType.CLUSTER).build());
        assertThat(stream.next().getTypeUrl()).isEqualTo(ResourceType.CLUSTER.url);
        xds.server.publish(snapshot(HELLO, 5, ACTIVE));
        assertThat(versions(stream.next())).containsOnlyKeys("hello");
    }

    @Test
    void aRefusalIsNoAcknowledgement() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE));
        var stream = ads(xds);
        stream.send(ask(EDS, "hello").build());
        stream.send(
                ack(stream.next()).toBuilder()
                        .setErrorDetail(com.google.rpc.Status.newBuilder().setMessage("bad"))
                        .build());
        await().until(() -> xds.server.trouble().isPresent());
        assertThat(xds.report(HELLO).acknowledgedGeneration()).isZero();
        assertThat(stream.isQuiet()).isTrue();
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, ACTIVE));
        stream.send(ack(stream.next()));
        awaitAcknowledged(2);
    }

    @Test
    void endpointsAloneCanBeHad() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE));
        TestStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> stream =
                new TestStream<>(
                        EndpointDiscoveryServiceGrpc.newStub(xds.channel())::deltaEndpoints);
        stream.send(ask(EDS, "hello").setTypeUrl("").build());
        assertThat(versions(stream.next())).containsOnlyKeys("hello");
    }
}
