package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A kubeconfig that does not say which cluster is meant never leads to another one. */
class ClusterAccessTest {
    private static final String CLUSTERS =
            """
            apiVersion: v1
            kind: Config
            contexts: [{name: here, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
            users: [{name: u, user: {}}]
            """;

    @TempDir Path folder;

    @Test
    void aContextThatIsNotThereIsSaidWithThoseThatAre() throws IOException {
        Cli cli = advise(CLUSTERS + "current-context: here\n", "--context", "there");
        assertThat(cli.code()).isEqualTo(Exit.FAILED);
        assertThat(cli.err())
                .contains("no context 'there'", "config", "it has here")
                .doesNotContain("127.0.0.1:1");
    }

    @Test
    void theOneThatIsAskedForIsTaken() throws IOException {
        assertThat(advise(CLUSTERS, "--context", "here").err())
                .contains("127.0.0.1:1", "does not answer");
    }

    @Test
    void withoutACurrentContextOneIsAskedFor() throws IOException {
        assertThat(advise(CLUSTERS).err()).contains("no current context", "--context", "here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage: [", "hello", "a: b: c", "{kind: Config"})
    void whatIsNoKubeconfigIsSaidInALine(String text) throws IOException {
        Cli cli = advise(text);
        assertThat(cli.code()).isEqualTo(Exit.FAILED);
        assertThat(cli.err().strip().lines())
                .singleElement()
                .asString()
                .contains("config is no kubeconfig: ");
    }

    private Cli advise(String config, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("config"), config);
        String[] args = new String[4 + more.length];
        System.arraycopy(
                new String[] {"advise", "--kubernetes", "--kubeconfig", file.toString()},
                0,
                args,
                0,
                4);
        System.arraycopy(more, 0, args, 4, more.length);
        return Cli.run(args);
    }
}
