package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the real API server takes as a ServiceScale, and what it refuses. */
@Tag("kubernetes")
@Timeout(120)
class ScaleSchemaTest extends OperatorRig {
    private GenericKubernetesResource scale(String more) {
        String text =
                """
                apiVersion: ebb.dev/v1alpha1
                kind: ServiceScale
                metadata: {name: shop, namespace: %s}
                spec: {targetRef: {kind: Deployment, name: shop}, maxReplicas: 8, %s}
                """
                        .formatted(namespace(), more);
        return Serialization.unmarshal(text, GenericKubernetesResource.class);
    }

    private GenericKubernetesResource dryRun(String more) {
        return scales().resource(scale(more)).dryRun().create();
    }

    /** With what the API server completes, it says the same as without. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    mode: observe
                    objective: {latency: {percentile: 99.9, belowMilliseconds: 200}}
                    objective: {answered: {percent: 99.95}, caution: 2.5, usablePercent: 70}
                    objective: {}
                    targets: {queries: [{name: jobs, query: sum(jobs), each: 0.5}]}
                    metrics: {prometheus: {}}
                    metrics: {prometheus: {cpu: sum by (pod) (a), memory: sum by (pod) (b)}}
                    """)
    void isTakenAndCompletedAsItIsRead(String more) {
        ScaleSpec completed = ScaleSpec.of(dryRun(more));
        ScaleSpec bare = ScaleSpec.of(scale(more));
        assertThat(completed.policy()).isEqualTo(bare.policy());
        assertThat(completed.monitoring()).isEqualTo(bare.monitoring());
        assertThat(completed.settle()).isEqualTo(bare.settle());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    objective: {latency: {percentile: 30, belowMilliseconds: 5}} | percentile
                    objective: {latency: {percentile: 100, belowMilliseconds: 5}} | percentile
                    objective: {latency: {percentile: 99}} | belowMilliseconds
                    objective: {answered: {percent: 100}} | percent
                    objective: {answered: {percent: 99, overSeconds: 5}} | overSeconds
                    objective: {usablePercent: 0} | usablePercent
                    objective: {latency: {percentile: 99, belowMilliseconds: 600000}}, drain: {settleSeconds: 1, deadlineSeconds: 9} | allows longer
                    targets: {queries: [{name: jobs, query: a, each: 0}]} | each
                    targets: {queries: [{name: Jobs, query: a, each: 1}]} | name
                    targets: {queries: [{name: a, query: a, each: 1}, {name: a, query: b, each: 1}]} | Duplicate
                    targets: {queries: [{name: a, query: a, each: 1, everySeconds: 60}]} | maxAgeSeconds
                    metrics: {prometheus: {everySeconds: 120}} | freshnessSeconds
                    """)
    void isRefusedAndSaysWhy(String more, String why) {
        assertThatThrownBy(() -> dryRun(more))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(why);
    }
}
