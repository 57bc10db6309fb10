package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.TlsConfig.Minimum;
import dev.ebb.config.TlsConfig.Verify;
import dev.ebb.pki.Issuer;
import dev.ebb.pki.Issuer.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys about TLS, with the files that they name. */
class TlsConfigTest {
    private static final String SERVICE =
            """
            services:
              web:
                run: {command: sh}
                instances: 2..4
            """;

    @TempDir Path folder;
    private final Issuer authority = issuer("CA", Use.AUTHORITY, Duration.ofDays(90));

    private static Issuer issuer(String name, Use use, Duration validity) {
        return Issuer.selfSigned(
                new Issuer.Wanted(name, List.of(name), use, validity), Instant.now());
    }

    @BeforeEach
    void writeFiles() throws IOException {
        write("a", issuer("a.test", Use.SERVER, Duration.ofDays(90)));
        write("old", issuer("old.test", Use.SERVER, Duration.ofMinutes(-5)));
        Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());
    }

    private void write(String name, Issuer issued) throws IOException {
        Files.writeString(folder.resolve(name + ".pem"), issued.certificatePem());
        Path key = folder.resolve(name + "-key.pem");
        Files.writeString(key, issued.keyPem());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    private Loaded load(String yaml) throws IOException {
        Path file = folder.resolve("f.yaml");
        Files.writeString(file, yaml);
        return ConfigFile.load(file, Map.of("PATH", System.getenv("PATH")));
    }

    private List<String> lines(String yaml) throws IOException {
        Loaded loaded = load(yaml);
        return loaded.problems().stream()
                .map(p -> p.line("f.yaml").replace(folder + "/", ""))
                .toList();
    }

    @Test
    void everythingCanBeSaid() throws IOException {
        Loaded loaded =
                load(
                        """
                        listen: none
                        tls:
                          listen: 127.0.0.1:9443
                          certificates:
                            - {certificate: a.pem, key: a-key.pem}
                          minimum: 1.3
                          clients: {verify: optional, ca: ca.pem}
                        """
                                + SERVICE
                                + "    tls: {ca: ca.pem, certificate: a.pem, key: a-key.pem,"
                                + " server-name: web.internal}\n");
        assertThat(loaded.problems()).isEmpty();
        EbbConfig config = loaded.config().orElseThrow();
        assertThat(config.listen()).isEmpty();
        TlsConfig tls = config.tls().orElseThrow();
        assertThat(tls.listen()).hasToString("127.0.0.1:9443");
        assertThat(tls.minimum()).isEqualTo(Minimum.TLS_1_3);
        assertThat(tls.clients().verify()).isEqualTo(Verify.OPTIONAL);
        assertThat(tls.certificates().getFirst().key()).isEqualTo(folder.resolve("a-key.pem"));
        TlsConfig.Instances instances = config.services().getFirst().tls().orElseThrow();
        assertThat(instances.serverName()).hasValue("web.internal");
        assertThat(instances.verify()).isTrue();
        assertThat(instances.identity()).isPresent();
    }

    @Test
    void littleSuffices() throws IOException {
        Loaded loaded =
                load(
                        "tls: {certificates: [{certificate: a.pem, key: a-key.pem}]}\n"
                                + SERVICE
                                + "    tls: {}\n");
        EbbConfig config = loaded.config().orElseThrow();
        assertThat(config.listen()).isPresent();
        assertThat(config.tls().orElseThrow().listen()).hasToString("127.0.0.1:8443");
        assertThat(config.services().getFirst().tls().orElseThrow().verify()).isTrue();
        assertThat(load(SERVICE).config().orElseThrow().tls()).isEmpty();
    }

    @Test
    void filesAreToldWithTheirLines() throws IOException {
        assertThat(
                        lines(
                                """
                                tls:
                                  certificates:
                                    - {certificate: a.pem, key: old-key.pem}
                                    - {certificate: old.pem, key: no.pem}
                                  clients: {verify: required, ca: a-key.pem}
                                """
                                        + SERVICE
                                        + "    tls: {ca: no-ca.pem}\n"))
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .isEqualTo(
                                                "f.yaml:3:33: old-key.pem: the key does not belong"
                                                        + " to the certificate in a.pem; name the"
                                                        + " key that it was made with"),
                        line ->
                                assertThat(line)
                                        .startsWith(
                                                "f.yaml:4:21: old.pem: the certificate of old.test"
                                                        + " expired on "),
                        line ->
                                assertThat(line)
                                        .isEqualTo(
                                                "f.yaml:4:35: no.pem: no such file; check the path,"
                                                        + " or make one with 'ebb certificate'"),
                        line ->
                                assertThat(line)
                                        .startsWith("f.yaml:5:35: a-key.pem: holds no certificate"),
                        line ->
                                assertThat(line)
                                        .startsWith("f.yaml:10:15: no-ca.pem: no such file"));
    }

    @Test
    void whatDoesNotGoTogether() throws IOException {
        String pair = "certificates: [{certificate: a.pem, key: a-key.pem}]";
        assertThat(lines("listen: none\n" + SERVICE))
                .containsExactly(
                        "f.yaml:1:9: 'listen' is none and there is no 'tls'; give one of them");
        assertThat(lines("tls: {listen: '[::]:8080', " + pair + "}\n" + SERVICE))
                .containsExactly(
                        "f.yaml:1:6: 'tls' and 'listen' have the same port 8080; use another, or 0"
                                + " for a free one");
        assertThat(lines("admin: 127.0.0.1:8443\ntls: {" + pair + "}\n" + SERVICE))
                .containsExactly(
                        "f.yaml:1:8: 'admin' and 'tls' have the same port 8443; use another, or 0"
                                + " for a free one");
        assertThat(lines("tls: {listen: 127.0.0.1:20001, " + pair + "}\n" + SERVICE))
                .containsExactly(
                        "f.yaml:1:6: the gateway's port 20001 is among the ports 20000-29999 of the"
                                + " service 'web'; use another");
        assertThat(lines("tls: {clients: {verify: required}, " + pair + "}\n" + SERVICE))
                .containsExactly(
                        "f.yaml:1:25: 'ca' is missing: clients' certificates are verified by who"
                                + " signed them");
        assertThat(lines("tls: {minimum: 1.1, " + pair + "}\n" + SERVICE))
                .containsExactly(
                        "f.yaml:1:16: '1.1' is no version that is spoken; it is 1.2 or 1.3");
        assertThat(lines("tls: {certificates: []}\n" + SERVICE))
                .singleElement()
                .asString()
                .startsWith("f.yaml:1:21: the list is empty; it is a mapping with the keys");
        assertThat(lines(SERVICE + "    tls: {certificate: a.pem}\n"))
                .containsExactly("f.yaml:5:24: its 'key' is missing");
        assertThat(lines(SERVICE + "    tls: {ca: ca.pem, verify: false}\n"))
                .containsExactly(
                        "f.yaml:5:31: warning: any certificate is accepted, so 'ca' has no effect");
    }

    @Test
    void oneNameInTwoCertificatesIsAWarning() throws IOException {
        write("b", issuer("a.test", Use.SERVER, Duration.ofDays(90)));
        assertThat(
                        lines(
                                """
                                tls:
                                  certificates:
                                    - {certificate: a.pem, key: a-key.pem}
                                    - {certificate: b.pem, key: b-key.pem}
                                """
                                        + SERVICE))
                .containsExactly(
                        "f.yaml:4:7: warning: the certificate on line 3 is for a.test too, and"
                                + " goes first");
    }
}
