package dev.ebb.beside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ebb.console.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ebb beside the real HPA: the same pods, the same load, at the same time, on a real control plane;
 * suites/engines/beside.py starts it, in a network namespace where pods have addresses.
 */
@Tag("beside")
@Timeout(5_400)
class BesideTest {
    private static final String HPA = "HPA, Envoy";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Path project = Path.of(System.getProperty("ebb.project", "."));

    @Test
    void ebbLosesNoRequestRemovesTheChosenAndRescuesAtOnce() throws Exception {
        Optional<String> plane = Optional.ofNullable(System.getenv("EBB_BESIDE_KUBE"));
        assumeTrue(plane.isPresent(), "no control plane for it: `make engines-beside` starts one");
        int cycles = number("EBB_BESIDE_CYCLES", 2);
        int interrupted = number("EBB_BESIDE_INTERRUPTED", 1);
        Figures figures;
        try (var bench = new Bench(project, Path.of(plane.get(), "admin.kubeconfig"), folder)) {
            bench.start();
            figures = run(bench, cycles, interrupted);
        }
        tell(figures);
        for (Figures.Side side : figures.sides()) {
            if (!side.name().equals(HPA)) {
                assertThat(side.requests().byKind()).as(side.name()).isEmpty();
                assertThat(side.longRequests().byKind()).as(side.name()).isEmpty();
                assertThat(side.asChosen()).as(side.name()).isEqualTo(side.removed());
                assertThat(side.removed()).isEqualTo(cycles * (Load.MOST_PODS - Load.LEAST_PODS));
                assertThat(side.startedWhenInterrupted()).as(side.name()).isZero();
                assertThat(side.rescuedForTheNeed()).as(side.name()).isEqualTo(interrupted);
                assertThat(side.needToRescue()).as(side.name()).allMatch(ticks -> ticks <= 1);
            }
        }
    }

    private Figures run(Bench bench, int cycles, int interrupted) throws IOException {
        var course = new Course(bench.lanes, Load.LEAST_PODS);
        course.begin();
        bench.letScaleIn();
        long from = System.nanoTime();
        for (int i = 0; i < cycles; i++) {
            course.whole();
            System.out.printf("cycle %d of %d%n", i + 1, cycles);
        }
        for (int i = 0; i < interrupted; i++) {
            course.interrupted();
            System.out.printf("interrupted cycle %d of %d%n", i + 1, interrupted);
        }
        long to = System.nanoTime();
        course.end();
        return new Figures(
                LocalDate.now(ZoneOffset.UTC).toString(),
                Machine.words(),
                versions(bench),
                Knob.FACTOR,
                cycles,
                interrupted,
                (to - from) / 1e9,
                bench.lanes.stream()
                        .map(lane -> lane.side(bench.instanceSeconds(lane, from, to)))
                        .toList());
    }

    private Map<String, String> versions(Bench bench) throws IOException {
        Map<String, String> versions = new TreeMap<>();
        versions.put("Kubernetes", bench.client.getKubernetesVersion().getGitVersion());
        versions.put("Envoy", Machine.envoy());
        versions.put("Ebb", Machine.commit(project));
        versions.put("Java", Runtime.version().toString());
        return versions;
    }

    private void tell(Figures figures) throws IOException {
        System.out.printf("%n%s%n", new Table(figures).text());
        Path target = Files.createDirectories(project.resolve("target/beside"));
        write(target.resolve("figures.json"), Wire.pretty(figures) + "\n");
        String page = Page.of(figures, Bench.METRICS_MILLIS);
        write(target.resolve("page.md"), page);
        if (System.getenv("EBB_BESIDE_PAGE") != null) {
            write(project.resolve(System.getenv("EBB_BESIDE_PAGE")), page);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardCharsets.UTF_8);
    }

    private static int number(String variable, int otherwise) {
        return Optional.ofNullable(System.getenv(variable))
                .map(Integer::parseInt)
                .orElse(otherwise);
    }
}
