package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.platform.kubernetes.ForeignController.Shape;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Kinds that Kubernetes itself does not have: one of the shape of an Argo Rollout, and one of which
 * Ebb knows nothing but its scale. The tests play their controllers.
 */
@Tag("kubernetes")
@Timeout(240)
class ForeignKindsTest {
    private static final Duration LONG = ScaleBench.LONG;

    private Optional<ScaleBench> bench = Optional.empty();

    @AfterEach
    void close() {
        bench.ifPresent(ScaleBench::close);
    }

    private ScaleBench bench() {
        return bench.orElseThrow();
    }

    private ForeignController begin(Shape shape, int size) throws Exception {
        var one = new ScaleBench(shape.kind());
        bench = Optional.of(one);
        one.established(ForeignController.define(one.plane.client, shape));
        one.plane.service(Map.of("app", ControlPlane.APP));
        var controller =
                one.open(new ForeignController(one.plane.client, one.plane.namespace, shape));
        controller.begin(size);
        return controller;
    }

    private Set<String> names() {
        return bench().pods().stream().map(PodView::name).collect(Collectors.toSet());
    }

    @Test
    void aRolloutIsScaledInByExactlyTheChosenPods() throws Exception {
        begin(Shape.ROLLOUT, 4);
        PodLoad load = bench().load(0.2);
        bench().settle(4, Map.of());
        bench().scale(1, 6);
        Set<String> before = names();
        load.cores(0.08);
        await().atMost(LONG).until(() -> bench().isSettledAt(2));
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(names());
        assertThat(gone).hasSize(2);
        assertThat(bench().names("remove ")).containsExactlyInAnyOrderElementsOf(gone);
        assertThat(bench().lines("fail ")).isEmpty();

        load.cores(0.2);
        await().atMost(LONG).until(() -> bench().isSettledAt(4));
    }

    @Test
    void aRolloutInTheMiddleOfAStepIsHeld() throws Exception {
        ForeignController argo = begin(Shape.ROLLOUT, 3);
        argo.status("pauseConditions", List.of(Map.of("reason", "CanaryPauseStep")));
        bench().load(0.03);
        bench().settle(3, Map.of());
        bench().scale(1, 6);
        await().atMost(LONG).until(() -> bench().reason("Holding").equals("RolloutPaused"));
        argo.clear("pauseConditions");
        argo.status("currentPodHash", "2");
        await().atMost(LONG).until(() -> bench().reason("Holding").equals("Rollout"));
        assertThat(bench().lines("park ")).isEmpty();
        argo.clear("currentPodHash");
        await().atMost(LONG).until(() -> bench().isSettledAt(1));
    }

    /** Its size is in a field of another name, and its pods are found by its scale's selector. */
    @Test
    void anyKindWithAScaleIsScaled() throws Exception {
        begin(Shape.SQUAD, 3);
        PodLoad load = bench().load(0.03);
        bench().settle(3, Map.of());
        bench().scale(1, 6);
        await().atMost(LONG).until(() -> bench().isSettledAt(1));
        load.cores(0.11);
        await().atMost(LONG).until(bench()::isSettledAgain);
        assertThat(bench().names("remove ")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(bench().lines("fail ")).isEmpty();
    }

    @Test
    void aKindThatIsNotThereIsSaid() throws Exception {
        var one = new ScaleBench(new Target.Kind("nobody.dev/v1", "Nothing"));
        bench = Optional.of(one);
        one.operator();
        one.scale(1, 6);
        await().atMost(LONG).until(() -> one.reason("Ready").equals("Unsupported"));
        assertThat(one.condition("Ready").flatMap(c -> c.text("message")))
                .contains("the API server knows no Nothing of nobody.dev/v1");
    }
}
