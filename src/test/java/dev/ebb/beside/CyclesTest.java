package dev.ebb.beside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ebb scales in and out again, many times under load, behind a real Envoy and behind its own
 * gateway at once: no request fails, and exactly the chosen pods go. Its times are seconds, so that
 * there can be many; with those that are customary {@link BesideTest} has it beside HPA.
 */
@Tag("beside")
@Timeout(1_500)
class CyclesTest {
    private static final double HOLD_SECONDS = 1;
    private static final int LEAST = Load.MOST_PODS - 1;

    /** By the keys of {@link Knob}, and the least number of pods. */
    private static final Map<String, Integer> TIMES =
            Map.of(
                    "min", LEAST,
                    "outWindow", 1,
                    "inWindow", 2,
                    "stabilization", 2,
                    "freshness", 5,
                    "shortest", 1,
                    "longest", 3,
                    "settle", 1);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Path project = Path.of(System.getProperty("ebb.project", "."));

    @Test
    void noRequestIsLostAndExactlyTheChosenPodsGoEachTime() throws Exception {
        Optional<String> plane = Optional.ofNullable(System.getenv("EBB_BESIDE_KUBE"));
        assumeTrue(plane.isPresent(), "no control plane for it: `make engines-beside` starts one");
        int cycles =
                Optional.ofNullable(System.getenv("EBB_BESIDE_QUICK"))
                        .map(Integer::parseInt)
                        .orElse(20);
        assumeTrue(cycles > 0, "a longer run with customary times takes its place");
        try (var bench = new Bench(project, Path.of(plane.get(), "admin.kubeconfig"), folder)) {
            bench.startWithoutHpa(TIMES);
            long from = System.nanoTime();
            run(bench, cycles);
            for (Lane lane : bench.lanes) {
                Figures.Side side = lane.side(bench.instanceSeconds(lane, from, System.nanoTime()));
                tell(side, cycles);
                assertThat(side.requests().byKind()).as(side.name()).isEmpty();
                assertThat(side.longRequests().byKind()).as(side.name()).isEmpty();
                assertThat(side.removed())
                        .as(side.name())
                        .isEqualTo(cycles * (Load.MOST_PODS - LEAST));
                assertThat(side.asChosen()).as(side.name()).isEqualTo(side.removed());
            }
        }
    }

    private static void run(Bench bench, int cycles) {
        var course = new Course(bench.lanes, LEAST);
        course.begin();
        bench.letScaleIn();
        for (int i = 0; i < cycles; i++) {
            course.whole(HOLD_SECONDS);
            System.out.printf("quick cycle %d of %d%n", i + 1, cycles);
        }
        course.end();
    }

    private static void tell(Figures.Side side, int cycles) {
        System.out.printf(
                "%s: %d cycles, %d requests and %d long ones, %s and %s failed; %d pods removed,"
                        + " %d as chosen; scaled in after %.1f s, all serve again after %.1f s%n",
                side.name(),
                cycles,
                side.requests().sent(),
                side.longRequests().sent(),
                side.requests().byKind(),
                side.longRequests().byKind(),
                side.removed(),
                side.asChosen(),
                Course.median(side.scaledIn()).orElse(0.0),
                Course.median(side.recovered()).orElse(0.0));
    }
}
