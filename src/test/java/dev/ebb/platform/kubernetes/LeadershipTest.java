package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against a real API server, with clocks that are set by hand. */
@Tag("kubernetes")
class LeadershipTest {
    private static final Duration GOOD = Duration.ofSeconds(15);
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final AtomicLong time = new AtomicLong();
    private Optional<ControlPlane> plane = Optional.empty();

    @BeforeEach
    void open() {
        plane = Optional.of(ControlPlane.open());
    }

    @AfterEach
    void close() {
        plane.ifPresent(ControlPlane::close);
    }

    @Test
    void onlyOneLeadsAndItMayBeFollowedAtOnceWhenItGivesUp() {
        Leadership first = replica("first");
        Leadership second = replica("second");
        first.turn();
        second.turn();
        assertThat(first.leads()).isTrue();
        assertThat(second.leads()).isFalse();
        assertThat(second.holder()).isEqualTo("first");
        first.giveUp();
        second.turn();
        assertThat(second.leads()).isTrue();
        assertThat(first.leads()).isFalse();
    }

    /** Its clock goes on while it is paused, and it finds out before it writes anything. */
    @Test
    void whatALeaderWritesThatWasPausedAcrossItsLeaseHasNoEffect() {
        plane().deploy(2);
        await().atMost(Duration.ofSeconds(60)).until(() -> plane().cluster().pods().size() == 2);
        Leadership first = replica("first");
        Leadership second = replica("second");
        first.turn();
        second.turn();
        var cluster =
                new Cluster(
                        plane().client,
                        new Target(plane().namespace, Target.Kind.DEPLOYMENT, ControlPlane.APP),
                        first);
        PodView pod = cluster.pods().getFirst();
        WorkloadView read = cluster.workload().orElseThrow();
        assertThat(cluster.gate(pod, true, "2026-01-01T00:00:00Z"))
                .isInstanceOf(Written.Done.class);

        time.addAndGet(GOOD.minus(MARGIN).toNanos());
        second.turn();
        assertThat(second.leads()).as("the lease is not over").isFalse();
        assertThat(first.leads()).as("and its holder is silent already").isFalse();
        time.addAndGet(MARGIN.toNanos());
        second.turn();
        assertThat(second.leads()).isTrue();

        assertThat(cluster.gate(pod, false, "2026-01-01T00:00:00Z"))
                .isEqualTo(new Written.Failed("this replica does not lead"));
        assertThat(cluster.intend(pod, Optional.of(new RemovalIntent(2, 1, read.generation()))))
                .isInstanceOf(Written.Failed.class);
        assertThat(cluster.scale(read, 1)).isInstanceOf(Written.Failed.class);
        assertThat(cluster.pods()).noneMatch(p -> p.inRotation().equals(Optional.of(false)));
        assertThat(cluster.workload().orElseThrow().replicas()).isEqualTo(2);
        first.turn();
        assertThat(first.leads()).isFalse();
    }

    private Leadership replica(String identity) {
        return new Leadership(
                plane().client, plane().namespace, "ebb", identity, GOOD, MARGIN, time::get);
    }

    private ControlPlane plane() {
        return plane.orElseThrow();
    }
}
