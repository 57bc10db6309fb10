package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.Platform.Outside;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.platform.kubernetes.Fleet.Wanted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final ServiceName SHOP = new ServiceName("shop");
    private static final Now NOW = new Now(1, 1);

    private final Fleet fleet = new Fleet(SHOP);

    @Test
    void aNewPodIsTheOneThatWasStartedOrElseSomebodysOther() {
        fleet.expect(id(7));
        Outside outside = fleet.see(List.of(pod("a"), pod("b")), 8, NOW);
        assertThat(outside.came()).hasSize(1);
        assertThat(outside.came().getFirst().intent().id()).isEqualTo(id(8));
        assertThat(fleet.of(id(7)).orElseThrow().uid()).isEqualTo("a");
        assertThat(fleet.of(id(8)).orElseThrow().uid()).isEqualTo("b");
        assertThat(fleet.see(List.of(pod("a"), pod("b")), 9, NOW)).isEqualTo(Outside.NOTHING);
    }

    @Test
    void theSamePodsAreLookedAtAgainOnceSomethingElseHasChanged() {
        List<PodView> pods = List.of(pod("a"), pod("b"));
        assertThat(fleet.see(pods, 1, NOW).came()).hasSize(2);
        assertThat(fleet.see(pods, 3, NOW)).isEqualTo(Outside.NOTHING);
        assertThat(fleet.bound()).isSameAs(fleet.bound());

        fleet.forget(id(2));
        assertThat(fleet.bound()).containsOnlyKeys(id(1));
        assertThat(fleet.of(id(2))).isEmpty();
        assertThat(fleet.liveness()).containsOnlyKeys(id(1));
        assertThat(fleet.see(pods, 3, NOW).came()).hasSize(1);
        assertThat(fleet.liveness()).containsOnlyKeys(id(1), id(3));

        fleet.stop(id(1));
        fleet.spare(Set.of("a"));
        assertThat(fleet.see(pods, 4, NOW).came()).hasSize(1);
        assertThat(fleet.of(id(4)).orElseThrow().uid()).isEqualTo("a");
        fleet.expect(id(5));
        assertThat(fleet.liveness()).containsEntry(id(5), new Liveness.Unclear());
    }

    @Test
    void aPodThatIsThereAndIsNoInstanceYetIsNotAskedForTwice() {
        fleet.see(List.of(pod("a")), 1, NOW);
        fleet.expect(id(7));
        fleet.expect(id(8));
        assertThat(fleet.expected(List.of(pod("a")))).isEqualTo(3);
        assertThat(fleet.expected(List.of(pod("a"), pod("b")))).isEqualTo(3);
        assertThat(fleet.expected(List.of(pod("a"), pod("b"), pod("c"), pod("d")))).isEqualTo(4);
        assertThat(fleet.expected(List.of(leaving("a"), pod("b")))).isEqualTo(2);
    }

    @Test
    void whoIsGoneUnaskedWentByOthersAndWhoWasAskedHasEnded() {
        fleet.see(List.of(pod("a"), pod("b")), 1, NOW);
        fleet.stop(id(1));
        assertThat(fleet.victims()).containsExactly("a");
        Outside outside = fleet.see(List.of(), 3, NOW);
        assertThat(outside.went()).containsExactly(id(2));
        var ended = new Liveness.Exited(OptionalInt.empty());
        assertThat(fleet.liveness()).isEqualTo(Map.of(id(1), ended, id(2), ended));
    }

    @Test
    void aVictimThatIsLeavingStillLives() {
        fleet.see(List.of(pod("a")), 1, NOW);
        fleet.stop(id(1));
        fleet.see(List.of(leaving("a")), 2, NOW);
        assertThat(fleet.liveness()).containsEntry(id(1), new Liveness.Running());
    }

    @Test
    void aStartingPodIsInRotationAndOneThatHasServedIsParked() {
        fleet.see(List.of(pod("a"), pod("b")), 1, NOW);
        publish(EndpointRole.PARKED, EndpointRole.ACTIVE);
        assertThat(fleet.gates())
                .containsEntry("a", Wanted.IN_ROTATION)
                .containsEntry("b", Wanted.IN_ROTATION);
        publish(EndpointRole.PARKED, EndpointRole.PARKED);
        assertThat(fleet.gates())
                .containsEntry("a", Wanted.IN_ROTATION)
                .containsEntry("b", Wanted.OUT_OF_ROTATION);
    }

    @Test
    void aSparedVictimComesAnew() {
        fleet.see(List.of(pod("a")), 1, NOW);
        fleet.stop(id(1));
        fleet.spare(Set.of("a"));
        assertThat(fleet.victims()).isEmpty();
        Outside outside = fleet.see(List.of(pod("a")), 2, NOW);
        assertThat(outside.went()).isEmpty();
        assertThat(outside.came().getFirst().intent().id()).isEqualTo(id(2));
    }

    @Test
    void whileTheApiServerIsNotSeenNobodyIsJudgedByWhatHeDoesNotDo() {
        var steady = new AtomicBoolean(true);
        var platform =
                new PodPlatform(
                        fleet,
                        new TestSight(),
                        Optional::empty,
                        steady::get,
                        () -> {},
                        _ -> Optional.empty());
        fleet.see(List.of(pod("a"), pod("b")), 1, NOW);
        fleet.expect(id(3));
        fleet.see(List.of(pod("a")), 4, NOW);
        var gone = new Liveness.Exited(OptionalInt.empty());
        assertThat(platform.look())
                .isEqualTo(
                        Map.of(
                                id(1), new Liveness.Running(),
                                id(2), gone,
                                id(3), new Liveness.Unclear()));

        steady.set(false);
        var unseen = new Liveness.Unseen();
        assertThat(platform.look()).isEqualTo(Map.of(id(1), unseen, id(2), gone, id(3), unseen));
    }

    @Test
    void sentencesSpeakOfPods() {
        fleet.see(List.of(pod("a"), pod("b")), 11, NOW);
        assertThat(fleet.inWords("shop-11 goes, shop-1 was none; 2 instances are left"))
                .isEqualTo("a goes, shop-1 was none; 2 pods are left");
    }

    private void publish(EndpointRole first, EndpointRole second) {
        fleet.publish(
                new EndpointSnapshot(
                        SHOP,
                        1,
                        List.of(
                                new Endpoint(id(1), "a", 0, first, 1, Endpoint.NO_RAMP),
                                new Endpoint(id(2), "b", 0, second, 1, Endpoint.NO_RAMP))));
    }

    private static InstanceId id(int ordinal) {
        return new InstanceId(SHOP, ordinal);
    }

    private static PodView pod(String uid) {
        return pod(uid, false);
    }

    private static PodView leaving(String uid) {
        return pod(uid, true);
    }

    private static PodView pod(String uid, boolean leaving) {
        return new PodView(
                uid,
                uid,
                PodView.Phase.RUNNING,
                true,
                true,
                Optional.of(true),
                leaving,
                0,
                Optional.empty());
    }
}
