package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.platform.kubernetes.WorkloadView.First;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtherWorkloadsTest {
    private static final Target.Kind ROLLOUT = new Target.Kind("argoproj.io/v1alpha1", "Rollout");

    private static WorkloadView view(Target.Kind kind, String spec, String status) {
        String text =
                """
                apiVersion: %s
                kind: %s
                metadata: {name: shop, uid: u, generation: 7, resourceVersion: "9"}
                spec: %s
                status: %s
                """
                        .formatted(kind.apiVersion(), kind.word(), spec, status);
        var one = Serialization.unmarshal(text, GenericKubernetesResource.class);
        return OtherWorkloads.of(kind, one, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {} | 7 | 3 | true
                    {} | 6 | 3 | false
                    {} | 7 | 2 | false
                    {rollingUpdate: {partition: 1}} | 7 | 2 | true
                    {rollingUpdate: {partition: 1}} | 7 | 1 | false
                    {type: OnDelete} | 7 | 0 | true
                    """)
    void aStatefulSetIsSettledOnceItsRolloutIs(
            String strategy, int observed, int updated, boolean settled) {
        WorkloadView view =
                view(
                        Target.Kind.STATEFUL_SET,
                        "{replicas: 3, updateStrategy: " + strategy + "}",
                        "{observedGeneration: %d, replicas: 3, updatedReplicas: %d}"
                                .formatted(observed, updated));
        assertThat(view.settled()).isEqualTo(settled);
        assertThat(view.replicas()).isEqualTo(3);
        assertThat(view.first()).isEqualTo(First.HIGHEST_IN_ORDER);
    }

    @Test
    void podsThatMayGoAtOnceAreKnown() {
        WorkloadView view = view(Target.Kind.STATEFUL_SET, "{podManagementPolicy: Parallel}", "{}");
        assertThat(view.first()).isEqualTo(First.HIGHEST);
        assertThat(view.replicas()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    currentPodHash: a, stableRS: a | true | false
                    currentPodHash: b, stableRS: a | false | false
                    stableRS: a | false | false
                    currentPodHash: a, stableRS: a, abort: true | false | false
                    currentPodHash: a, stableRS: a, controllerPause: true | true | true
                    currentPodHash: a, stableRS: a, pauseConditions: [{reason: x}] | true | true
                    currentPodHash: a, stableRS: a, blueGreen: {activeSelector: a} | true | false
                    currentPodHash: a, stableRS: a, blueGreen: {activeSelector: b} | false | false
                    currentPodHash: a, stableRS: a, blueGreen: {previewSelector: b} | false | false
                    currentPodHash: a, stableRS: a, phase: Progressing | true | false
                    """)
    void aRolloutIsSettledOnceItIsPromoted(String status, boolean settled, boolean paused) {
        WorkloadView view =
                view(
                        ROLLOUT,
                        "{replicas: 3}",
                        "{observedGeneration: '7', replicas: 3, updatedReplicas: 3, %s}"
                                .formatted(status));
        assertThat(view.settled()).isEqualTo(settled);
        assertThat(view.paused()).isEqualTo(paused);
    }

    @Test
    void anUnknownKindIsAsItsScaleSays() {
        assertThat(view(new Target.Kind("a.dev/v1", "Squad"), "{}", "{}").settled())
                .as("its scale has not been read")
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    app=shop | true
                    app==shop,tier!=b | true
                    app=shop,tier=b | false
                    app in (a, shop) | true
                    app notin (a, shop) | false
                    tier | true
                    !tier | false
                    !other | true
                    app in (shop),tier=a | true
                    """)
    void selectorsAreReadAsTheApiServerWritesThem(String text, boolean matches) {
        var selector = Selectors.parse(text).orElseThrow();
        assertThat(Holds.matches(selector, Map.of("app", "shop", "tier", "a"))).isEqualTo(matches);
    }

    @Test
    void whatIsNoSelectorMatchesNobody() {
        assertThat(Selectors.parse("a=b,,")).isEmpty();
        assertThat(Selectors.parse("a in b")).isEmpty();
    }

    private static PodView pod(String name, boolean leaving) {
        return new PodView(
                name,
                name,
                PodView.Phase.RUNNING,
                true,
                true,
                Optional.of(true),
                leaving,
                0,
                Optional.empty());
    }

    @Test
    void theHighestNumberGoesFirst() {
        List<PodView> pods = List.of(pod("db-2", false), pod("db-10", false), pod("db-9", false));
        assertThat(Ordinals.highest(pods).map(PodView::name)).contains("db-10");
        assertThat(Ordinals.rivalOf(Set.of("db-10"), pods)).isEmpty();
        assertThat(Ordinals.rivalOf(Set.of("db-10", "db-9"), pods)).isEmpty();
        assertThat(Ordinals.rivalOf(Set.of("db-9"), pods).map(PodView::name)).contains("db-10");
        assertThat(Ordinals.of("db")).isEqualTo(OptionalInt.empty());
        assertThat(Ordinals.highest(List.of(pod("db-1", false), pod("db-2", true))))
                .map(PodView::name)
                .contains("db-1");
    }
}
