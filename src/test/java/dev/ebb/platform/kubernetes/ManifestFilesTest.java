package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What stands twice in deploy/kubernetes, because Helm reads nothing outside of a chart. */
class ManifestFilesTest {
    private static final Path HOME = Path.of(System.getProperty("ebb.project", "."));
    private static final Path MANIFESTS = HOME.resolve("deploy").resolve("kubernetes");

    private static String read(String name) throws IOException {
        return Files.readString(MANIFESTS.resolve(name));
    }

    @Test
    void theChartHasTheSameCustomResource() throws IOException {
        assertThat(read("chart/crds/crd.yaml"))
                .as("cp deploy/kubernetes/crd.yaml deploy/kubernetes/chart/crds/")
                .isEqualTo(read("crd.yaml"));
    }

    /** The table is what an administrator reads before trusting the manifest. */
    @Test
    void theDocumentedRightsAreExactlyThoseOfTheRoles() throws IOException {
        String page = Files.readString(HOME.resolve("docs/install-kubernetes.md"));
        String table = page.split("\n## Rights\n", 2)[1].split("\n\n", 2)[0];
        Set<String> documented = new TreeSet<>();
        for (String line : table.lines().skip(2).toList()) {
            String[] cells = line.split("\\|", -1);
            Matcher group = Pattern.compile("\\(([a-z0-9.]+)\\)").matcher(cells[1]);
            String named = group.find() ? group.group(1) : "";
            Matcher names = Pattern.compile("`([a-z./]+)`").matcher(cells[1]);
            while (names.find()) {
                String name = names.group(1);
                // A kind of Ebb's own is written with its group.
                boolean own = name.startsWith("servicescales");
                String resource = own ? name.replace(".ebb.dev", "") : name;
                for (String verb : cells[2].split(",", -1)) {
                    documented.add((own ? "ebb.dev" : named) + "/" + resource + " " + verb.strip());
                }
            }
        }
        assertThat(documented).isEqualTo(Rights.granted());
    }

    @Test
    void theChartHasTheSameRights() throws IOException {
        String rules = read("rights.yaml").split("\nrules:\n", 2)[1].split("\n---\n", 2)[0];
        assertThat(rules).contains("servicescales");
        assertThat(read("chart/templates/_helpers.tpl")).contains("-}}\n" + rules + "\n{{- end }}");
    }

    /** Each field of the spec has a word in the page, or is explained by its description alone. */
    @Test
    void whatAServiceScaleMaySayIsInThePage() throws IOException {
        String page = Files.readString(HOME.resolve("docs/kubernetes.md"));
        String schema = read("crd.yaml");
        String spec =
                schema.split("\n          spec:\n", 2)[1].split("\n          status:\n", 2)[0];
        Matcher field = Pattern.compile("(?m)^ {14}([a-zA-Z]+):$").matcher(spec);
        Set<String> fields = new TreeSet<>();
        while (field.find()) {
            fields.add(field.group(1));
        }
        assertThat(fields).contains("targetRef", "objective", "drain");
        assertThat(fields).allMatch(f -> page.contains("`" + f) || page.contains("\n  " + f + ":"));
    }
}
