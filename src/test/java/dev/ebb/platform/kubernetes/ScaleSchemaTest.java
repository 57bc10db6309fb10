package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
                        .formatted(
                                namespace(),
                                more.replaceFirst(
                                                "^schedule: (.*)",
                                                "schedules: [{name: a, forSeconds: 60, $1}]")
                                        .replaceFirst(
                                                "^query: (.*)",
                                                "targets: {queries: [{name: a, query: q, $1}]}")
                                        .replaceFirst(
                                                "^reported: (.*)",
                                                "metrics: {orca: {port: 5000}},"
                                                        + " targets: {reported: [{$1}]}")
                                        .replaceFirst(
                                                "latency: (.*)", "objective: {latency: {$1}}"));
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
                    latency: percentile: 99.9, belowMilliseconds: 200
                    objective: {answered: {percent: 99.95}, caution: 2.5, usablePercent: 70}
                    objective: {}
                    query: each: 0.5
                    metrics: {prometheus: {}}
                    metrics: {prometheus: {cpu: sum by (pod) (a), memory: sum by (pod) (b)}}
                    metrics: {orca: {port: 5000}}
                    metrics: {orca: {from: answers}}, dataPlane: {xds: {}}
                    reported: figure: named_metrics.jobs, each: 0.5
                    reported: figure: utilization.pool, each: 0.7, maxAgeSeconds: 30
                    reported: figure: eps, each: 2
                    scaleIn: {perHour: 3}
                    scaleIn: {perHour: '10%'}
                    notBelow: [{serviceScale: shop, ratio: 0.5}]
                    schedule: at: ['08:00'], days: [mon], minReplicas: 2
                    schedule: at: ['08:00'], dates: ['2027-11-26'], minReplicas: 2
                    schedule: cron: '0 8 * * mon-fri', timeZone: Europe/Berlin, maxReplicas: 2
                    """)
    void isTakenAndCompletedAsItIsRead(String more) {
        ScaleSpec completed = ScaleSpec.of(dryRun(more));
        ScaleSpec bare = ScaleSpec.of(scale(more));
        assertThat(completed.policy()).isEqualTo(bare.policy());
        assertThat(completed.monitoring()).isEqualTo(bare.monitoring());
        assertThat(completed.settle()).isEqualTo(bare.settle());
        assertThat(completed.orca()).isEqualTo(bare.orca());
        assertThat(completed.wrong()).isEmpty();
    }

    /** Of a whole number it heeds only the whole part of a bound, so 0 is no less than 0.001. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    latency: percentile: 30, belowMilliseconds: 5 | percentile
                    latency: percentile: 100, belowMilliseconds: 5 | percentile
                    latency: percentile: 99 | belowMilliseconds
                    objective: {answered: {percent: 100}} | percent
                    objective: {answered: {percent: 99, overSeconds: 5}} | overSeconds
                    objective: {usablePercent: 0} | usablePercent
                    objective: {caution: 0} | caution
                    query: each: 0 | each
                    query: each: 1}, {name: a, query: b, each: 1 | Duplicate
                    query: each: 1}, {name: B, query: b, each: 1 | name
                    query: each: 1, everySeconds: 60 | maxAgeSeconds
                    metrics: {prometheus: {everySeconds: 120}} | freshnessSeconds
                    metrics: {orca: {}} | port is missing
                    metrics: {orca: {from: answers}} | give dataPlane
                    metrics: {orca: {from: answers, port: 1}}, dataPlane: {xds: {}} | from=pods
                    targets: {reported: [{figure: eps, each: 1}]} | give metrics.orca
                    reported: figure: named_metrics., each: 1 | figure
                    reported: figure: request_cost.a, each: 1 | figure
                    reported: figure: eps, each: 0 | each
                    reported: figure: eps, each: 1}, {figure: eps, each: 2 | Duplicate
                    scaleIn: {perHour: 0} | perHour
                    scaleIn: {perHour: '0%'} | perHour
                    notBelow: [{serviceScale: shop, ratio: 0}] | ratio
                    schedule: minReplicas: 2 | either cron or at
                    schedule: cron: '0 8 * *', minReplicas: 2 | cron
                    schedule: cron: '0 8 * * *', days: [mon], minReplicas: 2 | go with at
                    schedule: at: ['24:00'], minReplicas: 2 | at
                    schedule: at: ['08:00'] | minReplicas, maxReplicas or both
                    schedule: at: ['08:00'], minReplicas: 3, maxReplicas: 2 | not be above its
                    schedule: at: ['08:00'], minReplicas: 9 | more than maxReplicas
                    """)
    void isRefusedAndSaysWhy(String more, String why) {
        assertThatThrownBy(() -> dryRun(more))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aRequestMayTakeNoLongerThanADrain() {
        String latency = "latency: percentile: 99, belowMilliseconds: ";
        String drain = "drain: {settleSeconds: 1, deadlineSeconds: 61}, ";
        assertThat(dryRun(drain + latency + 61_000).getMetadata().getName()).isEqualTo("shop");
        assertThatThrownBy(() -> dryRun(drain + latency + 61_001))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("objective.latency allows longer");
    }
}
