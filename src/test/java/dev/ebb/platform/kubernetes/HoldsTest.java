package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Hold;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HoldsTest {

    @Test
    void asManyMayBeOutAsABudgetLeaves() {
        assertThat(held(budget(8, 10, 10), pods(10, 0), 2)).isEmpty();
        assertThat(held(budget(8, 10, 10), pods(10, 0), 3)).isPresent();
        assertThat(held(budget(8, 10, 8), pods(8, 2), 2)).isEmpty();
        assertThat(held(budget(8, 10, 8), pods(8, 2), 3)).isPresent();
    }

    @Test
    void aStatusFromBeforePodsWentOutDoesNotCountThemTwice() {
        // Two are out already, and the budget's controller has not looked since.
        assertThat(held(budget(8, 10, 10), pods(8, 2), 2)).isEmpty();
        assertThat(held(budget(8, 10, 10), pods(8, 2), 3)).isPresent();
    }

    @Test
    void anUnwellPodIsNotMadeUpForByOneThatIsOut() {
        List<PodView> pods =
                Stream.concat(pods(7, 2).stream(), Stream.of(pod("unwell", false, true))).toList();

        assertThat(held(budget(8, 10, 9), pods, 2)).isPresent();
    }

    @Test
    void aBudgetMayBeForOtherPodsToo() {
        assertThat(held(budget(12, 15, 15), pods(8, 2), 3)).isEmpty();
        assertThat(held(budget(12, 15, 15), pods(8, 2), 4)).isPresent();
    }

    private static Optional<Hold> held(PodDisruptionBudget budget, List<PodView> pods, int out) {
        return Holds.budget(List.of(budget), pods, out);
    }

    private static PodDisruptionBudget budget(int desired, int expected, int healthy) {
        return new PodDisruptionBudgetBuilder()
                .withNewMetadata()
                .withName("budget")
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .endSelector()
                .endSpec()
                .withNewStatus()
                .withDesiredHealthy(desired)
                .withExpectedPods(expected)
                .withCurrentHealthy(healthy)
                .endStatus()
                .build();
    }

    private static List<PodView> pods(int in, int out) {
        return IntStream.range(0, in + out).mapToObj(i -> pod("pod-" + i, i < in, i < in)).toList();
    }

    private static PodView pod(String name, boolean ready, boolean in) {
        return new PodView(
                name,
                name,
                PodView.Phase.RUNNING,
                true,
                ready,
                Optional.of(in),
                false,
                0,
                Optional.empty());
    }
}
