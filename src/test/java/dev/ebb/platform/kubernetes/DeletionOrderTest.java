package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.platform.kubernetes.PodView.Phase;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeletionOrderTest {
    private static final Set<String> VICTIM = Set.of("victim");

    @Test
    void aParkedVictimGoesBeforeReadyPods() {
        assertThat(rival(pod("victim", Phase.RUNNING, false, 0), ready("a"), ready("b"))).isEmpty();
    }

    @Test
    void costDecidesBetweenParkedPods() {
        PodView victim = pod("victim", Phase.RUNNING, false, -1_000);
        assertThat(rival(victim, pod("parked", Phase.RUNNING, false, 0))).isEmpty();
        assertThat(rival(victim, pod("cheaper", Phase.RUNNING, false, -2_000))).contains("cheaper");
    }

    @Test
    void readinessCountsForMoreThanCost() {
        PodView victim = pod("victim", Phase.RUNNING, true, -1_000);
        assertThat(rival(victim, pod("unready", Phase.RUNNING, false, 0))).contains("unready");
    }

    @Test
    void aPendingPodGoesBeforeAnyVictim() {
        PodView victim = pod("victim", Phase.RUNNING, false, -1_000);
        assertThat(rival(victim, pod("new", Phase.PENDING, false, 0))).contains("new");
    }

    @Test
    void whoIsEqualMayGoFirst() {
        PodView victim = pod("victim", Phase.RUNNING, false, 0);
        assertThat(rival(victim, pod("equal", Phase.RUNNING, false, 0))).contains("equal");
    }

    @Test
    void whoHasEndedOrIsLeavingIsNoRival() {
        PodView victim = pod("victim", Phase.RUNNING, false, -1_000);
        assertThat(rival(victim, pod("ended", Phase.ENDED, false, -2_000))).isEmpty();
    }

    private static Optional<String> rival(PodView... pods) {
        return DeletionOrder.rivalOf(VICTIM, List.of(pods)).map(PodView::uid);
    }

    private static PodView ready(String uid) {
        return pod(uid, Phase.RUNNING, true, 0);
    }

    private static PodView pod(String uid, Phase phase, boolean ready, int cost) {
        return new PodView(
                uid, uid, phase, true, ready, Optional.of(ready), false, cost, Optional.empty());
    }
}
