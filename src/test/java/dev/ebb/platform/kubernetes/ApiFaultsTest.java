package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.platform.kubernetes.ApiWay.Asked;
import dev.ebb.platform.kubernetes.ApiWay.Fate;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A scale-in of one pod on a way to the API server that refuses, forgets, or falls silent, on a
 * real control plane under load. Afterwards exactly the chosen pod has gone, and no request with
 * it.
 */
@Tag("kubernetes")
@Timeout(400)
class ApiFaultsTest extends OperatorRig {
    private static final Duration FAULT =
            Duration.ofSeconds(Integer.getInteger("ebb.faults.seconds", 6));

    /** More than one pod may carry, and no more than two. */
    private static final double FOR_TWO = 0.08;

    /** More than two pods may carry. */
    private static final double FOR_THREE = 0.17;

    private static final int RETRY_AFTER = 2;

    /** Requests during a storm for each time that the API server has asked to wait. */
    private static final int AT_ONCE_MAX = 8;

    @TempDir private Path folder;
    private final Set<String> before = new HashSet<>();

    /**
     * What a way does to requests for a while, and again later: each time from the first request on
     * that is of a certain kind.
     */
    private static final class Storms implements Function<Asked, Optional<Fate>> {
        private final Deque<Predicate<Asked>> beginnings;
        private final Predicate<Asked> refused;
        private final Fate fate;
        private final Duration each;
        private final AtomicInteger count = new AtomicInteger();
        private long untilNanos = System.nanoTime();

        Storms(
                List<Predicate<Asked>> beginnings,
                Predicate<Asked> refused,
                Fate fate,
                Duration each) {
            this.beginnings = new ArrayDeque<>(beginnings);
            this.refused = refused;
            this.fate = fate;
            this.each = each;
        }

        @Override
        public synchronized Optional<Fate> apply(Asked asked) {
            boolean storms = asked.nanos() - untilNanos < 0;
            if (!storms && !beginnings.isEmpty() && beginnings.getFirst().test(asked)) {
                beginnings.removeFirst();
                untilNanos = asked.nanos() + each.toNanos();
                storms = true;
            }
            if (!storms || !refused.test(asked)) {
                return Optional.empty();
            }
            count.incrementAndGet();
            return Optional.of(fate);
        }

        synchronized boolean areOver() {
            return beginnings.isEmpty() && System.nanoTime() - untilNanos >= 0;
        }
    }

    @BeforeEach
    void deployed() {
        plane().deployServers(3);
        await().atMost(LONG).until(() -> cluster().pods().size() == 3);
        before.addAll(uids());
    }

    // ---- Refusals

    @Test
    void whileTheApiServerHasTooMuchToDoItIsHardlyAsked() throws Exception {
        var storms = storms(a -> !a.isWatch(), Fate.tooMany(RETRY_AFTER));
        ApiWay way = operated(FOR_TWO);
        try (SliceClient client = client()) {
            way.rule(storms);
            apply("automatic", 1, 6);
            await().atMost(FAULT.plus(LONG)).until(storms::areOver);
            onlyTheChosenOneGoes(client);
        }
        long times = 3 * (FAULT.dividedBy(2).toSeconds() / RETRY_AFTER + 1);
        assertThat(storms.count.get()).isLessThanOrEqualTo((int) (AT_ONCE_MAX * times));
    }

    @Test
    void whatIsRefusedBecauseItHasChangedIsLookedAtAgain() throws Exception {
        var storms = storms(Asked::isDeed, Fate.status(409, "Conflict"));
        ApiWay way = operated(FOR_TWO);
        try (SliceClient client = client()) {
            way.rule(storms);
            apply("automatic", 1, 6);
            await().atMost(FAULT.plus(LONG)).until(storms::areOver);
            onlyTheChosenOneGoes(client);
        }
    }

    /** Once a pod is to be parked, once it is to be a victim, and once it is to go. */
    private static Storms storms(Predicate<Asked> refused, Fate fate) {
        List<Predicate<Asked>> beginnings = List.of(Asked::isGate, Asked::isIntent, Asked::isScale);
        return new Storms(beginnings, refused, fate, FAULT.dividedBy(2));
    }

    // ---- Watches

    @Test
    void watchesThatAreForgottenAreBegunAnew() throws Exception {
        ApiWay way = operated(FOR_TWO);
        var blows = new AtomicInteger();
        try (SliceClient client = client();
                var thread = Executors.newSingleThreadScheduledExecutor()) {
            apply("automatic", 1, 6);
            var every =
                    thread.scheduleWithFixedDelay(
                            () -> expire(way, blows.incrementAndGet()),
                            0,
                            700,
                            TimeUnit.MILLISECONDS);
            await().atMost(FAULT.plus(LONG)).until(() -> blows.get() > FAULT.toMillis() / 700);
            every.cancel(false);
            thread.shutdown();
            way.open();
            onlyTheChosenOneGoes(client);
        }
    }

    /** As an event in the watch, or, every other time, as the answer to the next watches. */
    private static void expire(ApiWay way, int blow) {
        way.rule(a ->
                blow % 2 == 0 && a.isWatch()
                        ? Optional.of(Fate.status(410, "Expired"))
                        : Optional.empty());
        way.expireWatches();
    }

    /** What another pod was decided for does not happen to the one that is there now. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nobodyIsRemovedBesideAPodThatHasGoneUnseen(boolean lost) throws Exception {
        ApiWay way = operated(FOR_TWO);
        PodView other = unseen(way, lost, this::replaceOneInRotation);
        assertThat(way.count(Asked::isScale)).isZero();
        seenAgain(way, lost);
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        Set<String> gone = new HashSet<>(namesOf(gone()));
        assertThat(gone).hasSize(2).contains(other.name());
        gone.remove(other.name());
        // What is held for long is taken back, and another may be chosen then.
        assertThat(removed()).containsAll(gone).doesNotContain(other.name());
    }

    @Test
    void nobodyIsRemovedWhoIsPickedAgainUnseen() throws Exception {
        ApiWay way = operated(FOR_TWO);
        try (SliceClient client = client()) {
            unseen(way, false, this::openAParkedGate);
            assertThat(way.count(Asked::isScale)).isZero();
            assertThat(uids()).isEqualTo(before);
            seenAgain(way, false);
            onlyTheChosenOneGoes(client);
        }
    }

    @Test
    void nobodyIsRemovedFromWhatAnotherScalesUnseen() throws Exception {
        ApiWay way = operated(FOR_TWO);
        unseen(
                way,
                false,
                () -> {
                    autoscaler();
                    return cluster().pods().getFirst();
                });
        assertThat(way.count(Asked::isScale)).isZero();
        seenAgain(way, false);
        await().atMost(LONG).until(() -> parked().isEmpty() && cluster().pickable().size() == 3);
        assertThat(uids()).isEqualTo(before);
        assertThat(replicas()).isEqualTo(3);
    }

    @Test
    void whoWasParkedUnseenComesBackWhenTheLoadDoes() throws Exception {
        ApiWay way = operated(FOR_TWO);
        var silent = new AtomicBoolean();
        way.rule(a -> {
            if (a.isGate() && silent.compareAndSet(false, true)) {
                holdWatches(way);
            }
            return Optional.empty();
        });
        apply("automatic", 1, 6);
        await().atMost(LONG).until(() -> parked().size() == 1);
        load(FOR_THREE);
        await().atMost(LONG).until(() -> parked().isEmpty() && cluster().pickable().size() == 3);
        way.letWatchesGoOn();
        await().atMost(LONG).until(() -> status("parked").equals(Optional.of(0)));
        assertThat(uids()).isEqualTo(before);
        assertThat(replicas()).isEqualTo(3);
    }

    // ---- What happens unseen

    private interface Deed {
        PodView done();
    }

    /**
     * From when a pod is to become a victim on, no watch says anything, and somebody does
     * something. Returns once the operator has looked for the pods often since.
     */
    private PodView unseen(ApiWay way, boolean lost, Deed deed) {
        var done = new CompletableFuture<PodView>();
        way.rule(a -> {
            if (a.isIntent() && !done.isDone()) {
                if (lost) {
                    way.loseEvents(true);
                } else {
                    holdWatches(way);
                }
                done.complete(deed.done());
            }
            return Optional.empty();
        });
        apply("automatic", 1, 6);
        await().atMost(LONG).until(done::isDone);
        long looks = way.count(Asked::isLook);
        await().atMost(LONG).until(() -> way.count(Asked::isLook) > looks + 8);
        return done.join();
    }

    private static void seenAgain(ApiWay way, boolean lost) {
        way.open();
        if (lost) {
            way.loseEvents(false);
            way.expireWatches();
        } else {
            way.letWatchesGoOn();
        }
    }

    private static void holdWatches(ApiWay way) {
        try {
            way.holdWatches();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PodView replaceOneInRotation() {
        PodView one = cluster().pods().stream().filter(PodView::ready).findFirst().orElseThrow();
        plane().client
                .pods()
                .inNamespace(namespace())
                .withName(one.name())
                .withGracePeriod(0)
                .delete();
        await().atMost(LONG)
                .until(() ->
                        !uids().contains(one.uid())
                                && cluster().pods().stream().filter(PodView::counts).count() == 3);
        return one;
    }

    private PodView openAParkedGate() {
        PodView one = parked().getFirst();
        var open =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(one.name())
                        .withNamespace(namespace())
                        .withUid(one.uid())
                        .endMetadata()
                        .withNewStatus()
                        .addNewCondition()
                        .withType(PodView.GATE)
                        .withStatus("True")
                        .withReason("Someone")
                        .withLastTransitionTime(Instant.now().toString())
                        .endCondition()
                        .endStatus()
                        .build();
        plane().client
                .pods()
                .inNamespace(namespace())
                .resource(open)
                .subresource("status")
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager("someone")
                                .withForce(true)
                                .build(),
                        open);
        await().atMost(LONG).until(() -> cluster().pickable().contains(one.uid()));
        return one;
    }

    // ---- The rest

    private Optional<PodLoad> load = Optional.empty();

    private void load(double cores) {
        load.orElseThrow().cores(cores);
    }

    private ApiWay operated(double cores) throws Exception {
        load = Optional.of(open(new PodLoad(plane().client, namespace(), cluster(), cores)));
        ApiWay way = open(new ApiWay(ControlPlane.kubeconfig()));
        start("test", way.kubeconfig(folder), Optional.empty());
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        return way;
    }

    private SliceClient client() {
        return new SliceClient(plane().client, namespace(), plane().kubelet);
    }

    private void onlyTheChosenOneGoes(SliceClient client) throws Exception {
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        assertThat(before).as("nobody was started").containsAll(uids());
        assertThat(namesOf(gone())).hasSize(1).isEqualTo(removed());
        assertThat(cluster().pods()).allMatch(p -> p.removal().isEmpty() && p.cost() == 0);
        client.close();
        assertThat(client.failures()).isEmpty();
    }

    private Set<String> removed() {
        return names("remove ");
    }

    private Set<String> gone() {
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(uids());
        return gone;
    }
}
