package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.ConfigFile;
import dev.ebb.pki.Checked;
import dev.ebb.pki.Identity;
import dev.ebb.pki.IdentityFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ebb certificate}: the files, and the lines that use them. */
class CertificateCommandTest {
    @TempDir Path folder;
    private String out = "";
    private String err = "";

    private int run(String... words) {
        var outText = new StringWriter();
        var errText = new StringWriter();
        var all = new ArrayList<>(List.of("certificate", "--folder", tls().toString()));
        all.addAll(List.of(words));
        int code =
                Commands.commandLine(new PrintWriter(outText, true), new PrintWriter(errText, true))
                        .execute(all.toArray(String[]::new));
        out = outText.toString();
        err = errText.toString();
        return code;
    }

    private Path tls() {
        return folder.resolve("tls");
    }

    private Identity read(String certificate, String key) {
        var files = new IdentityFiles(tls().resolve(certificate), tls().resolve(key));
        Checked<Identity> read = files.read(Instant.now());
        assertThat(read).isInstanceOf(Checked.Good.class);
        var good = (Checked.Good<Identity>) read;
        assertThat(good.warnings()).isEmpty();
        return good.value();
    }

    /** What it prints, in a configuration with a service. */
    private List<String> problems() throws IOException {
        String lines = out.substring(out.indexOf("tls:\n"), out.indexOf("And then"));
        Path file = folder.resolve("f.yaml");
        Files.writeString(
                file, lines + "services:\n  web:\n    run: {command: sh}\n    instances: 2\n");
        return ConfigFile.load(file, System.getenv()).problems().stream()
                .map(problem -> problem.line("f.yaml"))
                .toList();
    }

    @Test
    void isForThisMachineUnlessToldOtherwise() throws IOException {
        assertThat(run()).isEqualTo(Exit.OK);
        Identity made = read("certificate.pem", "key.pem");
        assertThat(made.names()).containsExactly("localhost", "127.0.0.1", "::1");
        assertThat(Duration.between(Instant.now(), made.expires()).toHours())
                .isBetween(90 * 24L - 1, 90 * 24L);
        assertThat(Files.getPosixFilePermissions(tls().resolve("key.pem")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(problems()).isEmpty();
        assertThat(out).contains("curl --cacert " + tls() + "/certificate.pem https://localhost:");
        assertThat(out).doesNotContain("PRIVATE");
        try (var files = Files.list(tls())) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void takesNamesAndDays() {
        assertThat(run("*.Shop.test", "10.0.0.1", "--days", "20")).isEqualTo(Exit.OK);
        Identity made = read("certificate.pem", "key.pem");
        assertThat(made.names()).containsExactly("*.shop.test", "10.0.0.1");
        assertThat(out).contains("--resolve www.shop.test:8443:127.0.0.1 https://www.shop.test:");
    }

    @Test
    void replacesNothingUnlessTold() throws IOException {
        run();
        String before = Files.readString(tls().resolve("key.pem"));
        assertThat(run()).isEqualTo(Exit.FAILED);
        assertThat(err).contains("certificate.pem is there already; nothing was written. --force");
        assertThat(tls().resolve("key.pem")).hasContent(before);
        Files.delete(tls().resolve("certificate.pem"));
        assertThat(run()).as("only the key is there").isEqualTo(Exit.FAILED);
        assertThat(tls().resolve("certificate.pem")).doesNotExist();
        assertThat(run("--force")).isEqualTo(Exit.OK);
        assertThat(Files.readString(tls().resolve("key.pem"))).isNotEqualTo(before);
        read("certificate.pem", "key.pem");
    }

    @Test
    void makesAClientsToo() throws IOException {
        assertThat(run("--client", "alice")).isEqualTo(Exit.OK);
        assertThat(read("client.pem", "client-key.pem").certificate().getSubjectX500Principal())
                .hasToString("CN=alice");
        assertThat(problems()).isEmpty();
        assertThat(out).contains("clients: {verify: required, ca: " + tls() + "/ca.pem}");
        assertThat(out).contains("--cert " + tls() + "/client.pem --key");
        assertThat(tls().resolve("ca-key.pem")).doesNotExist();
    }

    @Test
    void saysWhatIsWrongWithTheWords() {
        for (var bad :
                Map.of(
                                "not a name", "'not a name' is neither a DNS name",
                                "*.*.test", "'*.*.test' is neither a DNS name",
                                "--days=0", "--days is from 1 to 825, not 0",
                                "--client= ", "--client is a name of 1 to 64 characters")
                        .entrySet()) {
            assertThat(run(bad.getKey())).isEqualTo(Exit.USAGE);
            assertThat(err).contains(bad.getValue());
            assertThat(tls()).doesNotExist();
        }
    }
}
