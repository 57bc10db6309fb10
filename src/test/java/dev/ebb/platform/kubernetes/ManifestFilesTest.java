package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What stands twice in deploy/kubernetes, because Helm reads nothing outside of a chart. */
class ManifestFilesTest {
    private static final Path MANIFESTS =
            Path.of(System.getProperty("ebb.project", "."), "deploy", "kubernetes");

    private static String read(String name) throws IOException {
        return Files.readString(MANIFESTS.resolve(name));
    }

    @Test
    void theChartHasTheSameCustomResource() throws IOException {
        assertThat(read("chart/crds/crd.yaml"))
                .as("cp deploy/kubernetes/crd.yaml deploy/kubernetes/chart/crds/")
                .isEqualTo(read("crd.yaml"));
    }

    @Test
    void theChartHasTheSameRights() throws IOException {
        String rules = read("rights.yaml").split("\nrules:\n", 2)[1].split("\n---\n", 2)[0];
        assertThat(rules).contains("servicescales");
        assertThat(read("chart/templates/_helpers.tpl")).contains("-}}\n" + rules + "\n{{- end }}");
    }
}
