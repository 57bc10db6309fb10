package dev.ebb.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real control loop under everything that may go wrong, seed by seed. */
class SimulationTest {
    private static final long SEEDS = 1_000;
    private static final int POD_SEEDS = 100;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everySeedKeepsEveryPromise() {
        List<String> bad = new ArrayList<>();
        long parks = 0;
        long stops = 0;
        long rescues = 0;
        long sizes = 0;
        long lives = 0;
        double seconds = 0;
        List<Outcome> outcomes =
                LongStream.rangeClosed(1, SEEDS).parallel().mapToObj(Simulation::run).toList();
        for (Outcome outcome : outcomes) {
            if (!outcome.isGood()) {
                bad.add(SimulationRunner.verdict(outcome, Drivers.PROCESS));
            }
            parks += outcome.totals().parks();
            stops += outcome.totals().stops();
            rescues += outcome.totals().rescues();
            sizes += outcome.totals().sizesJudged();
            lives += outcome.totals().lives();
            seconds += outcome.totals().seconds();
        }
        assertThat(bad).isEmpty();
        // Runs in which nothing happens would prove nothing.
        assertThat(seconds / SEEDS).isBetween(300.0, 900.0);
        assertThat(parks).isGreaterThan(SEEDS);
        assertThat(stops).isGreaterThan(SEEDS);
        assertThat(rescues).isGreaterThan(SEEDS / 10);
        assertThat(sizes).isGreaterThan(SEEDS / 10);
        assertThat(lives).isGreaterThan(SEEDS + SEEDS / 5);
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everySeedKeepsEveryPromiseWithPods() {
        List<Outcome> outcomes =
                LongStream.rangeClosed(1, POD_SEEDS)
                        .parallel()
                        .mapToObj(seed -> Simulation.run(seed, Drivers.KUBERNETES))
                        .toList();

        assertThat(outcomes.stream().filter(it -> !it.isGood()))
                .as("seeds that broke a promise")
                .extracting(it -> SimulationRunner.verdict(it, Drivers.KUBERNETES))
                .isEmpty();
        // Runs in which nothing happens would prove nothing.
        var totals = outcomes.stream().map(Outcome::totals).toList();
        assertThat(totals.stream().mapToInt(Outcome.Totals::stops).sum()).isGreaterThan(POD_SEEDS);
        assertThat(totals.stream().mapToInt(Outcome.Totals::starts).sum()).isGreaterThan(POD_SEEDS);
        assertThat(totals.stream().mapToInt(Outcome.Totals::rescues).sum())
                .isGreaterThan(POD_SEEDS / 10);
        assertThat(totals.stream().mapToInt(Outcome.Totals::lives).sum())
                .isGreaterThan(POD_SEEDS + POD_SEEDS / 5);
    }

    /** Seeds that found a bug once, and which. */
    @ParameterizedTest
    @CsvSource({
        "33, a pause of Ebb counted as low load",
        "83, a fixed size with more load later",
        "211, given up in one life and stopped in the next",
        "236, the model made latency of what had not waited",
        "262, parked again one second after a rescue at the drain deadline",
        "346, streams that build up after a silence",
        "553, reports that stood still while instances started",
        "583, drained while the need rose; left DRAINING for ever",
        "714, fixed below the minimum by force; parked and started in turns",
        "811, started on a full disk; and Ebb died",
        "988, one thaw for all",
        "1199, two reports of one tick that differ",
        "1721, streams that fill the declared concurrency",
        "1947, streams that outlast every drain",
        "3314, a full disk that heals for a moment",
        "11904, a stop that noise in the requests in flight undid",
        "12214, the same in one of two services",
        "1083, a service at none began anew after a crash",
        "1110, a ceiling took away what a floor wanted half a minute later",
        "5488, counted as ejected through a pause of Ebb",
        "5908, approved as a stand-in; then the other one failed",
        "6229, a crash undid a rescue that was not durable",
        "9157, the only instance taken out by a person while requests wait",
        "9493, a stand-in that a person approved, for one that came back",
        "6218, given up in a step in which Ebb died",
        "15041, one that failed after it was ejected and was never replaced",
        "18848, a target above a ceiling was owed again after each park",
        "16966, less trust in the forecast started anew what had just been stopped",
        "17952, let go in the first minute, when how far the load strays is not known",
        "4419, noise after a stop taken for more load",
        "13022, slow requests of one window counted for more than the trial's and all since",
        "3556, a goal that no number keeps",
        "11421, a processor that is used without requests, where none need stand"
    })
    void seedsThatOnceFoundBugs(long seed, String what) {
        Outcome outcome = Simulation.run(seed);

        assertThat(outcome.violations()).as("%s; seed %d", what, seed).isEmpty();
    }

    /** The same of pods. */
    @ParameterizedTest
    @CsvSource({
        "163, a report that an earlier leader had got came with a time of its clock",
        "230, the same while nothing was asked for",
        "153, never ready while the API server did not answer; the judge knew no such start",
        "248, the same of three at once",
        "251, the same",
        "506, one that others took away counted on, and was owed a tick later",
        "584, the same after an eviction",
        "922, the same twice",
        "1921, evicted a moment before others were parked, and the news came later",
        "2993, ended while nothing was seen, and would never report again"
    })
    void seedsThatOnceFoundBugsWithPods(long seed, String what) {
        Outcome outcome = Simulation.run(seed, Drivers.KUBERNETES);

        assertThat(outcome.violations()).as("%s; seed %d", what, seed).isEmpty();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        for (long seed : LongStream.rangeClosed(1, 20).toArray()) {
            Outcome first = Simulation.run(seed);
            Outcome second = Simulation.run(seed);

            assertThat(second.timeline()).isEqualTo(first.timeline());
            assertThat(second).isEqualTo(first);
        }
    }

    @Test
    void aReplayTellsTheWholeStory() {
        List<String> lines = new ArrayList<>();

        boolean good = SimulationRunner.run(33, Drivers.PROCESS, lines::add);

        assertThat(good).isTrue();
        assertThat(String.join("\n", lines))
                .contains("EBB begins life 1", "START web-1", "FAULT EBB_PAUSES", "-> PARKING")
                .contains("seed 33: all promises kept");
    }
}
