package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.PARKED;
import static dev.ebb.xds.TestXds.HELLO;
import static dev.ebb.xds.TestXds.OTHER;
import static dev.ebb.xds.TestXds.node;
import static dev.ebb.xds.TestXds.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointSnapshot;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two Ebbs that serve the same: a data plane may go from one to the other. */
class ReplicasTest {
    private TestXds first;
    private TestXds second;

    @BeforeEach
    void start() throws Exception {
        first = TestXds.start(HELLO, OTHER);
        second = TestXds.start(HELLO, OTHER);
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    private static TestStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> delta(TestXds of) {
        return new TestStream<>(
                AggregatedDiscoveryServiceGrpc.newStub(of.channel())::deltaAggregatedResources);
    }

    private static TestStream<DiscoveryRequest, DiscoveryResponse> whole(TestXds of) {
        return new TestStream<>(
                AggregatedDiscoveryServiceGrpc.newStub(of.channel())::streamAggregatedResources);
    }

    private static DeltaDiscoveryRequest.Builder ask(ResourceType type, String... names) {
        return DeltaDiscoveryRequest.newBuilder()
                .setNode(node("envoy-1"))
                .setTypeUrl(type.url)
                .addAllResourceNamesSubscribe(List.of(names));
    }

    /** All versions of a type, with each answer acknowledged. */
    private static Map<String, String> versions(TestXds of, ResourceType type, String... names)
            throws InterruptedException {
        var stream = delta(of);
        stream.send(ask(type, names).build());
        DeltaDiscoveryResponse answer = stream.next();
        Map<String, String> versions = new HashMap<>();
        for (Resource one : answer.getResourcesList()) {
            versions.put(one.getName(), one.getVersion());
        }
        stream.send(
                DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(type.url)
                        .setResponseNonce(answer.getNonce())
                        .build());
        stream.close();
        return versions;
    }

    /** Another order, and other numbers of snapshots: the state is the same. */
    private static EndpointSnapshot turned(EndpointSnapshot of, long generation) {
        var endpoints = new ArrayList<>(of.endpoints());
        Collections.reverse(endpoints);
        return new EndpointSnapshot(of.service(), generation, endpoints);
    }

    private void publishBoth() {
        EndpointSnapshot state = snapshot(HELLO, 3, ACTIVE, PARKED, ACTIVE);
        first.server.publish(state);
        second.server.publish(snapshot(HELLO, 40, PARKED, PARKED, PARKED));
        second.server.publish(turned(state, 41));
        first.server.publish(snapshot(OTHER, 1, ACTIVE));
        second.server.publish(snapshot(OTHER, 9, ACTIVE));
    }

    @Test
    void theSameIsCalledTheSameByBoth() throws Exception {
        publishBoth();
        String[] services = {"hello", "other"};
        assertThat(versions(first, ResourceType.ENDPOINT, services))
                .hasSize(2)
                .isEqualTo(versions(second, ResourceType.ENDPOINT, services));
        for (ResourceType type : List.of(ResourceType.CLUSTER, ResourceType.LISTENER)) {
            assertThat(versions(first, type)).isNotEmpty().isEqualTo(versions(second, type));
        }
        assertThat(versions(first, ResourceType.ROUTE, "ebb"))
                .hasSize(1)
                .isEqualTo(versions(second, ResourceType.ROUTE, "ebb"));
    }

    @Test
    void whoComesFromTheOtherHearsOnlyOfWhatDiffers() throws Exception {
        publishBoth();
        Map<String, String> has = versions(first, ResourceType.ENDPOINT, "hello", "other");
        var stream = delta(second);
        stream.send(
                ask(ResourceType.ENDPOINT, "hello", "other")
                        .putAllInitialResourceVersions(has)
                        .build());
        // What it has counts as acknowledged, without a word.
        await().until(() -> second.report(HELLO).acknowledgedGeneration() == 41);
        assertThat(stream.isQuiet()).isTrue();
        second.server.publish(snapshot(OTHER, 10, PARKED, ACTIVE));
        DeltaDiscoveryResponse change = stream.next();
        assertThat(change.getResourcesList())
                .extracting(Resource::getName)
                .containsExactly("other");
        assertThat(change.getRemovedResourcesList()).isEmpty();
    }

    /** The other one has just started: it says nothing, above all not that there is nothing. */
    @Test
    void oneThatKnowsNothingYetEmptiesNothing() throws Exception {
        first.server.publish(snapshot(HELLO, 3, ACTIVE, PARKED));
        Map<String, String> has = versions(first, ResourceType.ENDPOINT, "hello");
        var changes = delta(second);
        changes.send(
                ask(ResourceType.ENDPOINT, "hello").putAllInitialResourceVersions(has).build());
        var whole = whole(second);
        whole.send(
                DiscoveryRequest.newBuilder()
                        .setNode(node("envoy-2"))
                        .setTypeUrl(ResourceType.ENDPOINT.url)
                        .addResourceNames("hello")
                        .setVersionInfo("whatever the other one said")
                        .build());
        second.server.publish(snapshot(HELLO, 1, PARKED, PARKED));
        second.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
        DiscoveryResponse answer = whole.next();
        assertThat(answer.getResourcesCount()).isEqualTo(1);
        assertThat(answer.getResources(0).getValue().size()).isPositive();
        await().until(() -> second.report(HELLO).acknowledgedGeneration() == 0);
        whole.send(
                DiscoveryRequest.newBuilder()
                        .setTypeUrl(ResourceType.ENDPOINT.url)
                        .addResourceNames("hello")
                        .setVersionInfo(answer.getVersionInfo())
                        .setResponseNonce(answer.getNonce())
                        .build());
        await().until(() -> second.report(HELLO).acknowledgedGeneration() == 2);
        assertThat(changes.isQuiet()).as("it has that already").isTrue();
    }
}
