package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.DataPlanes.Offer;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.EndpointSink.Told;
import dev.ebb.control.QuerySource;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Now;
import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pods say of themselves sizes their workload, and what one does not say is not 0. */
class SaidByPodsTest {
    private static final ServiceName SHOP = new ServiceName("shop");
    private static final String ANSWERS =
            """
              targets: {reported: [{figure: named_metrics.jobs, each: 16, maxAgeSeconds: 30}]}
              metrics: {orca: {from: answers}}
              dataPlane: {xds: {cluster: shop}}
            """;

    private final Fleet fleet = new Fleet(SHOP);
    private final Map<InstanceId, Told> told = new HashMap<>();
    private Map<InstanceId, PodView> pods = Map.of();

    private final EndpointSink planes =
            new EndpointSink() {
                @Override
                public void publish(EndpointSnapshot snapshot) {}

                @Override
                public Report report(ServiceName service, Now now) {
                    return new Report(0, Map.of(), LatencyCounts.empty());
                }

                @Override
                public Map<InstanceId, Told> told(ServiceName service) {
                    return told;
                }
            };

    private final QuerySource sums = sums(ANSWERS);

    private QuerySource sums(String spec) {
        var said =
                new SaidByPods(
                        ObjectiveFieldsTest.spec(spec),
                        Optional.empty(),
                        planes,
                        fleet,
                        id -> Optional.ofNullable(pods.get(id)));
        return said.over(QuerySource.NONE);
    }

    @BeforeEach
    void threePods() {
        List<PodView> all = List.of(pod("a"), pod("b"), pod("c"));
        fleet.see(all, 1, new Now(1, 1));
        Map<InstanceId, PodView> byId = new HashMap<>();
        fleet.bound()
                .forEach((id, bound) ->
                        byId.put(
                                id,
                                all.stream()
                                        .filter(p -> p.uid().equals(bound.uid()))
                                        .findFirst()
                                        .orElseThrow()));
        pods = Map.copyOf(byId);
    }

    private static PodView pod(String name) {
        return PodView.of(
                new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withUid(name)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Running")
                        .addNewCondition()
                        .withType("ContainersReady")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build());
    }

    private void say(int ordinal, double jobs, long atNanos) {
        told.put(
                id(ordinal),
                new Told(0, OptionalDouble.empty(), Map.of("named_metrics.jobs", jobs), atNanos));
    }

    private static InstanceId id(int ordinal) {
        return new InstanceId(SHOP, ordinal);
    }

    private QueryReading sum() {
        return sums.read(SHOP).getFirst();
    }

    private void publish(int ordinal, EndpointRole role) {
        fleet.publish(
                new EndpointSnapshot(
                        SHOP,
                        1,
                        List.of(new Endpoint(id(ordinal), "pod", 1, role, 1, Endpoint.NO_RAMP))));
    }

    @Test
    void theSumIsAsOldAsItsOldestPartAndStandsWhileAPartIsMissing() {
        assertThat(sum().value()).as("nobody has said anything").isEmpty();
        assertThat(sum().problem().orElseThrow()).contains("does not say it");
        say(1, 10, 500);
        say(2, 20, 300);
        assertThat(sum().value()).as("one is missing").isEmpty();
        say(3, 0, 400);
        assertThat(sum())
                .isEqualTo(
                        new QueryReading(
                                "reported.named_metrics.jobs",
                                Optional.of(30.0),
                                300,
                                Optional.empty()));
        told.remove(id(1));
        assertThat(sum().value()).contains(30.0);
        assertThat(sum().measuredAtNanos()).isEqualTo(300);
        assertThat(sum().problem().orElseThrow()).contains("pod a does not say it");
    }

    @Test
    void whoIsParkedAddsNothingAndIsNotWaitedFor() {
        say(1, 10, 500);
        say(2, 20, 500);
        say(3, 40, 500);
        publish(3, EndpointRole.ACTIVE);
        assertThat(sum().value()).contains(70.0);
        publish(3, EndpointRole.PARKED);
        assertThat(sum().value()).contains(30.0);
        told.remove(id(3));
        assertThat(sum().value()).contains(30.0);
        assertThat(sum().problem()).isEmpty();
    }

    @Test
    void aFigureIsATargetBesideQueriesAndNoPrometheusIsAskedForIt() {
        ScaleSpec spec = ObjectiveFieldsTest.spec(ANSWERS);
        assertThat(spec.policy().targets().queries())
                .extracting(t -> t.name() + " " + t.each() + " " + t.pace().maxAge().toSeconds())
                .containsExactly("reported.named_metrics.jobs 16.0 30");
        assertThat(spec.monitoring().asks()).isFalse();
        assertThat(PodReports.owners(List.of(spec))).isEmpty();
        assertThat(PlaneOffers.of(List.of(spec)).offers().values())
                .allMatch(Offer::reported)
                .hasSize(1);
        assertThat(spec.isAs(ObjectiveFieldsTest.spec(""))).isFalse();
    }
}
