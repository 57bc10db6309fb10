package dev.ebb.beside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a run says of itself. */
class PageTest {
    private static Figures.Side side(String name, long failed, int asChosen) {
        Map<String, Long> kinds = failed == 0 ? Map.of() : Map.of("timeout", failed);
        return new Figures.Side(
                name,
                new Figures.Requests(1_000, 0, Map.of()),
                new Figures.Requests(40, failed, kinds),
                41.23,
                120.7,
                600,
                4,
                asChosen,
                List.of(22.0, 21.0),
                List.of(5.0, 4.0, 6.5),
                List.of(300.0),
                List.of(0.5),
                List.of(90.0),
                3,
                List.of(0L, 1L, 0L),
                0);
    }

    private static Figures figures() {
        return new Figures(
                "2026-01-02",
                "2 cores",
                Map.of("Envoy", "1.40.0"),
                Knob.FACTOR,
                2,
                1,
                200,
                List.of(side("HPA", 3, -1), side("Ebb", 0, 4)));
    }

    @Test
    void aRowForEachFigureAndAColumnForEachSide() {
        assertThat(new Table(figures()).markdown())
                .startsWith("| | HPA | Ebb |\n|---|---:|---:|\n| requests | 1000 | 1000 |\n")
                .contains("| of these failed | 3 (timeout 3) | 0 |")
                .contains("| pods on average | 3.00 | 3.00 |")
                .contains("| of these as chosen | - | 4 |")
                .contains("| load falls: scaled in after (s) | 21.5 (21.0 to 22.0) |")
                .contains("| load returns: all serve after (s) | 5.0 (4.0 to 6.5) |")
                .contains("| ticks from the need to the rescue | 0, 1 | 0, 1 |");
        assertThat(new Table(figures()).text().lines().toList())
                .allMatch(line -> line.startsWith("  ") && !line.endsWith(" "))
                .hasSizeGreaterThan(10);
    }

    @Test
    void thePageSaysWithWhatItWasMeasured() {
        assertThat(Page.of(figures(), 667))
                .contains("on 2026-01-02.", "- Envoy: 1.40.0\n", "57 requests a second, or 22")
                .contains("| HPA | sync period (default) | 15 | 1 |")
                .contains("what says 1 s here stands for 15 s")
                .doesNotContain("null");
    }

    /** The flags of the kube-controller-manager are given by the script that starts it. */
    @Test
    void theScriptHasTheSameTimes() throws IOException {
        Path home = Path.of(System.getProperty("ebb.project", "."));
        assertThat(Files.readString(home.resolve("suites/engines/beside.py")))
                .contains("FACTOR = " + Knob.FACTOR + "\n")
                .contains("\"sync-period\": " + Knob.SYNC.customarySeconds + ",")
                .contains(
                        "\"downscale-stabilization\": "
                                + Knob.HPA_STABILIZATION.customarySeconds
                                + ",")
                .contains(
                        "\"cpu-initialization-period\": "
                                + Knob.CPU_INITIALIZATION.customarySeconds
                                + ",")
                .contains(
                        "\"initial-readiness-delay\": "
                                + Knob.INITIAL_READINESS.customarySeconds
                                + ",");
    }
}
