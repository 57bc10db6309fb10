package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.Problem.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no configuration at all, and files that name what is not there. */
@Timeout(20)
class ConfigFileTest {
    private static final String GOOD = "services:\n  web: {run: {command: serve}, instances: 1}\n";

    @TempDir Path folder;
    private Path file = Path.of("");
    private Map<String, String> environment = Map.of();

    @BeforeEach
    void aProgramOnThePath() throws IOException {
        file = folder.resolve("f.yaml");
        Path bin = Files.createDirectory(folder.resolve("bin"));
        program(bin.resolve("serve"));
        environment = Map.of("PATH", "/nowhere:" + bin);
    }

    private static void program(Path path) throws IOException {
        Files.writeString(path, "#!/bin/sh\n");
        assertThat(path.toFile().setExecutable(true)).isTrue();
    }

    private List<String> errors() {
        return ConfigFile.load(file, environment).lines(Severity.ERROR).stream()
                .map(line -> line.replace(folder.toString(), "F"))
                .toList();
    }

    private List<String> errors(String text) throws IOException {
        Files.writeString(file, text);
        return errors();
    }

    @Test
    void aGoodFileHasNone() throws IOException {
        assertThat(errors(GOOD)).isEmpty();
        assertThat(errors("\uFEFF" + GOOD)).as("with a byte order mark").isEmpty();
        assertThat(errors(GOOD.replace("\n", "\r\n"))).as("from Windows").isEmpty();
    }

    @Test
    void noFile() {
        assertThat(errors()).containsExactly("F/f.yaml: no such file; check the path");
    }

    @Test
    void aDirectory() throws IOException {
        Files.createDirectory(file);
        assertThat(errors()).containsExactly("F/f.yaml: is a directory; name a YAML file in it");
    }

    @Test
    void anEmptyFile() throws IOException {
        assertThat(errors(""))
                .containsExactly(
                        "F/f.yaml: the file is empty; it needs at least 'services', see ebb run"
                                + " --help");
    }

    @Test
    void aHugeFile() throws IOException {
        assertThat(errors("#".repeat((1 << 20) + 1)))
                .containsExactly("F/f.yaml: is larger than 1Mi; is it the right file?");
    }

    @Test
    void anEndlessFileIsReadUpToTheLimitOnly() {
        file = Path.of("/dev/zero");
        assertThat(errors())
                .containsExactly("/dev/zero: is larger than 1Mi; is it the right file?");
    }

    @Test
    void anotherEncoding() throws IOException {
        Files.write(file, "listen: x\nname: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(errors())
                .containsExactly(
                        "F/f.yaml:2:10: the byte 0xE9 is not UTF-8; save the file as UTF-8");
        Files.write(file, GOOD.getBytes(StandardCharsets.UTF_16LE));
        assertThat(errors())
                .containsExactly(
                        "F/f.yaml:1:2: the character U+0000 may not stand in YAML; remove it");
    }

    @Test
    void tabs() throws IOException {
        assertThat(errors("services:\n\tweb: 1\n"))
                .containsExactly("F/f.yaml:2:1: not YAML: a tab; indent with spaces");
    }

    @Test
    void brokenSyntax() throws IOException {
        assertThat(errors("services:\n  web: {run: [a\n"))
                .containsExactly(
                        "F/f.yaml:3:1: not YAML: a '[' is opened and never closed; write [a, b]");
        assertThat(errors("services: 'a\n"))
                .containsExactly(
                        "F/f.yaml:2:1: not YAML: a quote is opened and never closed; close it");
        assertThat(errors("services:\n  web: a\n    b: c\n"))
                .containsExactly(
                        "F/f.yaml:3:6: not YAML: a ':' is not expected here; indent the line like"
                                + " its neighbours, or quote the value");
        assertThat(errors("services:\n    a: 1\n  b: 2\n"))
                .containsExactly(
                        "F/f.yaml:3:3: not YAML: the indentation does not fit the lines before;"
                                + " indent it like its neighbours");
        assertThat(errors(GOOD + "---\n" + GOOD))
                .containsExactly("F/f.yaml:3:1: a second document; one file, one document");
        assertThat(errors("services: !!python/object:os.system x\n"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("F/f.yaml:1:11: tags like ");
    }

    @Test
    void cyclicAndUnknownAliases() throws IOException {
        assertThat(errors("services: &s\n  web: *s\n"))
                .containsExactly(
                        "F/f.yaml:2:8: the alias *s contains itself; an alias may not be cyclic");
        assertThat(errors("services: *s\n"))
                .containsExactly("F/f.yaml:1:11: the alias *s has no anchor; define &s before it");
    }

    @Test
    void aBillionLaughs() throws IOException {
        var text = new StringBuilder("x-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 10; i++) {
            text.append("x-%d: &a%d [".formatted(i, i));
            text.append(("*a" + (i - 1) + ", ").repeat(9)).append("*a").append(i - 1).append("]\n");
        }
        assertThat(errors(text + GOOD))
                .containsExactly(
                        "F/f.yaml:5:6: more than 100000 values once aliases are expanded; use"
                                + " fewer");
    }

    @Test
    void endlessNesting() throws IOException {
        assertThat(errors("services: " + "[".repeat(100_000)))
                .containsExactly("F/f.yaml:1:42: nested deeper than 32 levels; make it flatter");
        assertThat(errors("services: " + "{a: ".repeat(50_000)))
                .containsExactly("F/f.yaml:1:132: nested deeper than 32 levels; make it flatter");
    }

    @Test
    void programsAndDirectoriesThatAreNotThere() throws IOException {
        program(folder.resolve("here"));
        Files.writeString(folder.resolve("plain"), "");
        String text =
                """
                services:
                  a: {run: {command: nothere}, instances: 1, route: {path: /a}}
                  b: {run: {command: here}, instances: 1, route: {path: /b}}
                  c: {run: {command: ./gone}, instances: 1, route: {path: /c}}
                  d: {run: {command: ./plain}, instances: 1, route: {path: /d}}
                  e: {run: {command: ./bin}, instances: 1, route: {path: /e}}
                  f: {run: {command: serve, directory: no}, instances: 1, route: {path: /f}}
                  g: {run: {command: serve, directory: plain}, instances: 1, route: {path: /g}}
                  h: {run: {command: ../here, directory: bin}, instances: 1, route: {path: /h}}
                """;
        assertThat(errors(text))
                .containsExactly(
                        "F/f.yaml:2:22: the program 'nothere' is not on the PATH; install it or"
                                + " write /path/to/nothere",
                        "F/f.yaml:3:22: the program 'here' is not on the PATH; install it or write"
                                + " ./here",
                        "F/f.yaml:4:22: the program F/gone does not exist; correct the path",
                        "F/f.yaml:5:22: the program F/plain may not be executed; chmod +x F/plain",
                        "F/f.yaml:6:22: the program F/bin is a directory; name a file in it",
                        "F/f.yaml:7:40: the directory F/no does not exist; create it",
                        "F/f.yaml:8:40: F/plain is no directory; name the folder it is in");
    }
}
