package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.Loaded;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Need;
import dev.ebb.demo.load.LoadCounts;
import dev.ebb.demo.load.LoadGenerator;
import dev.ebb.demo.load.LoadOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real instances of examples/busy.py, slow when they are busy, and a wish for how long requests may
 * take: Ebb finds the utilization that keeps it, in rising and falling load, and loses nothing.
 */
@Timeout(480)
class ObjectiveScalesTest {
    private static final Path SERVICE =
            Path.of(System.getProperty("ebb.project", "."), "examples", "busy.py").toAbsolutePath();

    /** Requests a second for one instance, with room, and for three of them. */
    private static final double CALM = 20;

    private static final double MUCH = 140;

    /** Far above the 180 ms that 99 of 100 take where nobody waits: machines of tests are slow. */
    private static final double WANTED_MILLIS = 500;

    @TempDir private Path folder;
    private Optional<Wiring> ebb = Optional.empty();
    private Optional<LoadGenerator> load = Optional.empty();

    @AfterEach
    void stop() throws InterruptedException {
        load.ifPresent(LoadGenerator::close);
        if (ebb.isPresent()) {
            ebb.get().stop(false);
            ebb.get().await();
        }
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            Process version = new ProcessBuilder("python3", "--version").start();
            return version.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private Wiring start() {
        String yaml =
                """
                listen: 127.0.0.1:0
                tick: 250ms
                services:
                  shop:
                    run: {command: [python3, '%s', '${port}', --ms, '60'], ports: 27000-27999}
                    instances: 1..6
                    ready: {http: /health, interval: 1s, timeout: 1s, fall: 50}
                    resources: {cpu: 64, concurrency: 8}
                    balance: {slow-start: 0}
                    policy:
                      objective: {latency: p99 < %.0fms, answered: 99%%}
                      out: {window: 2s}
                      in: {window: 4s, stabilization: 6s, host-busy: 100%%,
                           unavailability-budget: 50%%}
                      trial: {shortest: 1s, longest: 6s}
                """
                        .formatted(SERVICE, WANTED_MILLIS);
        Loaded loaded = ConfigFile.read("test.yaml", yaml);
        assertThat(loaded.problems()).isEmpty();
        Wiring wiring =
                Wiring.open(
                        loaded.config().orElseThrow(),
                        "test.yaml",
                        folder.resolve("state"),
                        Wiring.Ears.NONE);
        ebb = Optional.of(wiring);
        wiring.begin();
        return wiring;
    }

    private static ServiceStatus service(Wiring ebb) {
        return ebb.view().status().services().getFirst();
    }

    private static long serving(Wiring ebb) {
        return service(ebb).instances().stream()
                .filter(i -> i.lifecycle() == Lifecycle.SERVING)
                .count();
    }

    /** On a slow machine starts take long, and what waits meanwhile may wait. */
    private static LoadOptions patient(Wiring ebb) {
        return new LoadOptions(
                ebb.listening(),
                "shop",
                "/",
                Duration.ofSeconds(90),
                2_000,
                Duration.ofSeconds(30),
                Duration.ofSeconds(3));
    }

    /** What the objective asks for, in figures. */
    private static Map<String, Double> seen(Wiring ebb) {
        return service(ebb).explanation().needs().stream()
                .filter(n -> n.source().equals("latency"))
                .findFirst()
                .map(Need::reason)
                .map(r -> r.numbers())
                .orElse(Map.of());
    }

    @Test
    void findsHowBusyInstancesMayBeAndKeepsTheWish() throws Exception {
        assumeTrue(hasPython(), "needs python3");
        Wiring running = start();
        await().atMost(Duration.ofSeconds(60)).until(() -> serving(running) >= 1);
        var generator = new LoadGenerator(patient(running));
        load = Optional.of(generator);

        generator.rate(CALM, Duration.ofSeconds(2));
        await().atMost(Duration.ofSeconds(90)).until(() -> seen(running).containsKey("latency_ms"));
        generator.rate(MUCH, Duration.ofSeconds(40));
        await().atMost(Duration.ofSeconds(90)).until(() -> serving(running) >= 3);
        await().atMost(Duration.ofMinutes(2)).until(() -> seen(running).containsKey("kept_at"));
        double p99 = generator.p99MillisSinceLast();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(5))
                .until(() -> generator.p99MillisSinceLast() < WANTED_MILLIS);
        assertThat(seen(running).get("allowed")).as("after %.0f ms", p99).isGreaterThan(0.3);
        assertThat(Cli.on(folder.resolve("state"), "explain", "shop").out())
                .contains("500 ms wanted", "of the error budget is spent", "allowed");

        generator.rate(CALM, Duration.ofSeconds(2));
        await().atMost(Duration.ofSeconds(150)).until(() -> serving(running) <= 2);
        generator.stop();
        LoadCounts counts = generator.counts();
        assertThat(counts.failedByCause()).isEmpty();
        assertThat(counts.truncated()).isZero();
        assertThat(counts.answered()).isEqualTo(counts.sent()).isGreaterThan(1_000);
        assertThat(service(running).ledger().lost()).isZero();
        Cli replay = Cli.on(folder.resolve("state"), "replay");
        assertThat(replay.code()).as(replay.out() + replay.err()).isZero();
    }
}
