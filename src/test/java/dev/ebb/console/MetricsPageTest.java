package dev.ebb.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Health;
import dev.ebb.core.TrafficReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of metrics has a row for each, with its type, its labels, and who shows it. */
class MetricsPageTest {
    private static final Path PAGE =
            Path.of(System.getProperty("ebb.project", "."), "docs", "answers.md");
    private static final Pattern ROW =
            Pattern.compile(
                    "^\\| `(ebb_[a-z_]+)` \\| ([a-z]+) \\| [^|]+ \\| ([a-z, ]*) ?\\| ([a-z]+) \\|"
                            + " [^|]{3,} \\|$",
                    Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("[{,]([a-z]+)=");

    private final String run = Metrics.text(Samples.view());
    private final String proxy = plane(Optional.empty());
    private final String gateway =
            plane(
                    Optional.of(
                            new PlaneFigures.Control(
                                    "127.0.0.1:18000",
                                    "gateway-1",
                                    true,
                                    Optional.of(1.5),
                                    0,
                                    Optional.empty(),
                                    List.of(new PlaneFigures.Known("hello", 2, 2, "v", 60)))));

    private static String plane(Optional<PlaneFigures.Control> control) {
        return new PlaneFigures(
                        "0.1.0",
                        0,
                        Samples.view().traffic(),
                        List.of(
                                new PlaneFigures.Endpoint(
                                        "hello",
                                        "hello-1",
                                        "127.0.0.1:1",
                                        PlaneFigures.ACTIVE,
                                        Health.HEALTHY,
                                        TrafficReading.none(0))),
                        1,
                        1,
                        Samples.view().tls(),
                        control)
                .metrics();
    }

    /** One that is absent here, and on the page has labels. */
    private static final String ORDERED = "ebb_instances_ordered";

    /** name -> type, labels and who shows it, as they are shown. */
    private Map<String, String> shown() {
        Map<String, String> types = new TreeMap<>();
        Map<String, Set<String>> labels = new TreeMap<>();
        for (String line : (run + gateway).lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                types.put(words[2], words[3]);
                labels.computeIfAbsent(words[2], _ -> new TreeSet<>());
            } else if (!line.startsWith("#")) {
                String name = line.split("[{ ]", -1)[0].replaceFirst("_(bucket|sum|count)$", "");
                Matcher label = LABEL.matcher(line);
                while (label.find()) {
                    labels.computeIfAbsent(name, _ -> new TreeSet<>()).add(label.group(1));
                }
            }
        }
        labels.computeIfAbsent(ORDERED, _ -> new TreeSet<>()).add("service");
        Map<String, String> all = new TreeMap<>();
        types.forEach(
                (name, type) -> all.put(name, type + " " + labels.get(name) + " " + where(name)));
        return all;
    }

    private String where(String name) {
        String type = "# TYPE " + name + " ";
        if (run.contains(type) && proxy.contains(type)) {
            return "both";
        }
        if (run.contains(type)) {
            return "run";
        }
        return proxy.contains(type) ? "proxy" : "gateway";
    }

    @Test
    void hasARowForEachMetric() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            Set<String> labels = new TreeSet<>(List.of(row.group(3).strip().split(", ", -1)));
            labels.remove("");
            String before =
                    rows.put(row.group(1), row.group(2) + " " + labels + " " + row.group(4));
            assertThat(before).as("twice: " + row.group(1)).isNull();
        }
        assertThat(rows).containsExactlyEntriesOf(shown());
        assertThat(rows).hasSizeGreaterThan(50);
    }
}
