package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Policy;
import dev.ebb.core.Policy.Objective;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.LatencyGoal;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ObjectiveFieldsTest {
    static ScaleSpec spec(String more) {
        String text =
                """
                apiVersion: ebb.dev/v1alpha1
                kind: ServiceScale
                metadata: {name: shop, namespace: web, uid: u}
                spec:
                  targetRef: {kind: Deployment, name: shop}
                  maxReplicas: 8
                """;
        return ScaleSpec.of(Serialization.unmarshal(text + more, GenericKubernetesResource.class));
    }

    private static Policy policy(String objective) {
        return spec("  objective: " + objective).policy();
    }

    @Test
    void withoutAnObjectiveTheTargetsCount() {
        Policy policy = spec("  targets: {cpuPercent: 50}").policy();
        assertThat(policy.objective()).isEmpty();
        assertThat(policy.targets().cpu()).isEqualTo(0.5);
        assertThat(policy.goals().any()).isFalse();
    }

    @Test
    void whatIsWantedOfRequestsIsTakenOver() {
        Policy policy =
                policy(
                        "{latency: {percentile: 99.9, belowMilliseconds: 200},"
                                + " answered: {percent: 99.95, overSeconds: 3600}, caution: 2.5}");
        Objective objective = policy.objective().orElseThrow();
        assertThat(objective.latency()).contains(new LatencyGoal(0.999, 200_000_000));
        assertThat(objective.latency().orElseThrow().name()).isEqualTo("p99.9");
        assertThat(objective.answered()).contains(new AnsweredGoal(0.9995, Duration.ofHours(1)));
        assertThat(objective.caution()).isEqualTo(2.5);
    }

    /** A latency finds out itself what can be used; until then it is careful. */
    @Test
    void whatCanBeUsedDependsOnWhetherItIsFoundOut() {
        Policy found = policy("{latency: {percentile: 99, belowMilliseconds: 200}}");
        assertThat(found.targets().cpu()).isEqualTo(Objective.START);
        assertThat(found.in().candidateBelow()).isEqualTo(Objective.START);
        Policy given = policy("{}");
        assertThat(given.targets().cpu()).isEqualTo(Objective.USABLE);
        assertThat(given.in().candidateBelow()).isEqualTo(Objective.USABLE);
        assertThat(given.objective()).contains(Objective.DEFAULT);
        assertThat(policy("{usablePercent: 70}").targets().cpu()).isEqualTo(0.7);
        assertThat(policy("{answered: {percent: 99}}").goals().answered())
                .contains(new AnsweredGoal(0.99, AnsweredGoal.OVER));
    }

    /** So that a controller is made anew for it. */
    @Test
    void anotherObjectiveIsAnotherSpec() {
        ScaleSpec one = spec("  objective: {answered: {percent: 99}}");
        assertThat(one.isAs(spec("  objective: {answered: {percent: 99}}"))).isTrue();
        assertThat(one.isAs(spec("  objective: {answered: {percent: 99.9}}"))).isFalse();
        assertThat(one.isAs(spec(""))).isFalse();
    }

    /** Of a StatefulSet the only pod that can go is a candidate, objective or not. */
    @Test
    void whoCanGoInAStatefulSetStaysACandidate() {
        var text =
                """
                apiVersion: ebb.dev/v1alpha1
                kind: ServiceScale
                metadata: {name: db, namespace: web, uid: u}
                spec:
                  targetRef: {kind: StatefulSet, name: db}
                  maxReplicas: 8
                  objective: {latency: {percentile: 99, belowMilliseconds: 200}}
                """;
        var spec = ScaleSpec.of(Serialization.unmarshal(text, GenericKubernetesResource.class));
        assertThat(spec.policy().in().candidateBelow()).isGreaterThan(1);
    }
}
