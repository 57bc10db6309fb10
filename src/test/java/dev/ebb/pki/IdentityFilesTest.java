package dev.ebb.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.pki.Issuer.Use;
import dev.ebb.pki.Issuer.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with certificate and key files, in words. */
// One time for all that a certificate says.
@SuppressWarnings("TimeInStaticInitializer")
class IdentityFilesTest {
    private static final Instant NOW = Instant.now();
    private static final Duration MONTHS = Duration.ofDays(90);

    @TempDir Path folder;
    private final Issuer authority =
            Issuer.selfSigned(new Wanted("Test CA", List.of(), Use.AUTHORITY, MONTHS), NOW);
    private final Issuer server = issue("shop.test", MONTHS);

    private Issuer issue(String name, Duration validity) {
        return authority.issue(new Wanted(name, List.of(name), Use.SERVER, validity), NOW);
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private IdentityFiles files(String certificate, String key) throws IOException {
        return new IdentityFiles(write("c.pem", certificate), write("k.pem", key));
    }

    /** Names of files and what is wrong with them. */
    private static List<String> flaws(IdentityFiles files, Instant now) {
        return switch (files.read(now)) {
            case Checked.Good<Identity> _ -> List.of();
            case Checked.Bad<Identity>(List<Flaw> flaws) ->
                    flaws.stream().map(f -> f.file().getFileName() + ": " + f.text()).toList();
        };
    }

    private static List<String> flaws(IdentityFiles files) {
        return flaws(files, NOW);
    }

    private static Checked.Good<Identity> good(IdentityFiles files) {
        Checked<Identity> read = files.read(NOW);
        assertThat(read).isInstanceOf(Checked.Good.class);
        return (Checked.Good<Identity>) read;
    }

    @Test
    void aGoodPairIsRead() throws IOException {
        var read = good(files(server.certificatePem(), server.keyPem()));
        assertThat(read.warnings()).isEmpty();
        assertThat(read.value().names()).containsExactly("shop.test");
        assertThat(read.value().key()).isEqualTo(server.identity().key());
        assertThat(read.value()).asString().startsWith("certificate of shop.test, until ");
    }

    @Test
    void bothMayBeInOneFileInAnyOrder() throws IOException {
        Path file = write("both.pem", server.keyPem() + "\nnotes\n" + server.certificatePem());
        assertThat(good(new IdentityFiles(file, file)).value().names()).contains("shop.test");
    }

    @Test
    void whatIsNotThereOrNotReadable() throws IOException {
        var none = new IdentityFiles(folder.resolve("no.pem"), folder);
        assertThat(flaws(none))
                .containsExactly(
                        "no.pem: no such file; check the path, or make one with 'ebb certificate'",
                        folder.getFileName() + ": is a directory; name a PEM file in it");
    }

    @Test
    void whatIsNoPem() throws IOException {
        assertThat(flaws(files("0\u0082", "")))
                .hasSize(2)
                .allMatch(text -> text.contains("is no PEM file (text with '-----BEGIN ...')"));
        String cut = server.certificatePem().substring(0, 300);
        assertThat(flaws(files(cut, server.keyPem())))
                .containsExactly(
                        "c.pem: breaks off within a block of 'CERTIFICATE'; copy it again");
        String odd = server.certificatePem().replaceFirst("\nMI", "\n!!");
        assertThat(flaws(files(odd, server.keyPem())))
                .containsExactly(
                        "c.pem: a block of 'CERTIFICATE' is not base64; copy the file again");
        String other = server.certificatePem().replaceFirst("\nMI", "\nAA");
        assertThat(flaws(files(other, server.keyPem())))
                .containsExactly(
                        "c.pem: certificate 1 cannot be read as X.509; copy the file again");
    }

    @Test
    void swappedFiles() throws IOException {
        assertThat(flaws(files(server.keyPem(), server.certificatePem())))
                .containsExactly(
                        "c.pem: holds no certificate; name the file with '-----BEGIN"
                                + " CERTIFICATE-----'",
                        "k.pem: holds no private key; name the file with '-----BEGIN PRIVATE"
                                + " KEY-----'");
    }

    @Test
    void aKeyOfSomethingElse() throws IOException {
        assertThat(flaws(files(server.certificatePem(), issue("shop.test", MONTHS).keyPem())))
                .containsExactly(
                        "k.pem: the key does not belong to the certificate in c.pem; name the key"
                                + " that it was made with");
    }

    @Test
    void tooLateAndTooEarly() throws IOException {
        var pair = files(server.certificatePem(), server.keyPem());
        assertThat(flaws(pair, NOW.plus(MONTHS).plusSeconds(2)))
                .hasSize(1)
                .allMatch(text ->
                        text.matches(
                                "c.pem: the certificate of shop.test expired on"
                                        + " \\d{4}-\\d\\d-\\d\\d; renew it"));
        assertThat(flaws(pair, NOW.minus(Duration.ofHours(2))))
                .hasSize(1)
                .allMatch(text -> text.contains("is not valid before"))
                .allMatch(text -> text.endsWith("check this machine's clock"));
    }

    @Test
    void whatExpiresSoonIsAWarning() throws IOException {
        Issuer soon = issue("soon.test", Duration.ofDays(13));
        var read = good(files(soon.certificatePem(), soon.keyPem()));
        assertThat(read.warnings())
                .hasSize(1)
                .allMatch(
                        flaw -> flaw.text().startsWith("the certificate of soon.test expires on"));
    }

    @Test
    void aKeyThatAllMayReadIsAWarning() throws IOException {
        var pair = files(server.certificatePem(), server.keyPem());
        Files.setPosixFilePermissions(pair.key(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(good(pair).warnings())
                .extracting(Flaw::text)
                .containsExactly("every user of this machine may read the key; chmod 600 k.pem");
    }

    @Test
    void theOrderOfAChain() throws IOException {
        String root = authority.certificatePem();
        String own = server.certificatePem();
        assertThat(good(files(own + root, server.keyPem())).value().chain()).hasSize(2);
        assertThat(flaws(files(root + own, server.keyPem())))
                .containsExactly(
                        "c.pem: certificate 2 (shop.test) did not sign certificate 1 (CN=Test CA);"
                                + " the server's own comes first, then each one's issuer",
                        "c.pem: the key belongs to certificate 2 of 2; the server's own comes"
                                + " first");
    }

    @Test
    void encryptedKeys() throws IOException {
        String text =
                "the key is encrypted, and Ebb has no passphrase for it; decrypt it with 'openssl"
                        + " pkey -in k.pem -out plain.pem' and give that file mode 0600";
        String fresh = server.keyPem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        assertThat(flaws(files(server.certificatePem(), fresh))).containsExactly("k.pem: " + text);
        String old =
                """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF

                MIIE
                -----END RSA PRIVATE KEY-----
                """;
        assertThat(flaws(files(server.certificatePem(), old))).containsExactly("k.pem: " + text);
    }

    @Test
    void olderKindsOfKeysAreRead() throws Exception {
        // SEC 1 stands within PKCS #8, behind 28 bytes; it lacks the curve, which [0] tells.
        PrivateKey ec = server.identity().key();
        byte[] encoded = ec.getEncoded();
        byte[] inner = Arrays.copyOfRange(encoded, 28, encoded.length);
        byte[] sec1 =
                Der.sequence(
                        Arrays.copyOfRange(inner, 2, inner.length),
                        Der.explicit(0, Der.oid("1.2.840.10045.3.1.7")));
        var read =
                (ECPrivateKey) KeyReader.read(write("ec.pem", Pem.write("EC PRIVATE KEY", sec1)));
        assertThat(read.getS()).isEqualTo(((ECPrivateKey) ec).getS());
        assertThat(read.getParams().getOrder())
                .isEqualTo(((ECPrivateKey) ec).getParams().getOrder());

        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        PrivateKey rsa = generator.generateKeyPair().getPrivate();
        byte[] pkcs1 = Arrays.copyOfRange(rsa.getEncoded(), 26, rsa.getEncoded().length);
        assertThat(KeyReader.read(write("rsa.pem", Pem.write("RSA PRIVATE KEY", pkcs1))))
                .isEqualTo(rsa);
        assertThat(KeyReader.read(write("p8.pem", Pem.write("PRIVATE KEY", rsa.getEncoded()))))
                .isEqualTo(rsa);
    }

    @Test
    void keysThatClientsDoNotKnow() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String pem = Pem.write("PRIVATE KEY", pair.getPrivate().getEncoded());
        assertThat(flaws(files(server.certificatePem(), pem)))
                .containsExactly(
                        "k.pem: is no RSA or EC key that can be read; make an ECDSA P-256 key");
    }

    @Test
    void nothingTellsTheKey() throws IOException {
        String secret = server.keyPem().lines().skip(1).findFirst().orElseThrow();
        var read = good(files(server.certificatePem(), server.keyPem()));
        String broken = server.keyPem().replaceFirst("\n", "\nAAAA");
        assertThat(read.toString()).doesNotContain(secret);
        assertThat(flaws(files(server.certificatePem(), broken)).toString())
                .contains("k.pem")
                .doesNotContain(secret);
    }

    @Test
    void authoritiesThatHaveExpiredAreLeftOut() throws IOException {
        Issuer old =
                Issuer.selfSigned(
                        new Wanted("Old CA", List.of(), Use.AUTHORITY, Duration.ofMinutes(-5)),
                        NOW);
        var both = write("both.pem", old.certificatePem() + authority.certificatePem());
        var read = new TrustFile(both).read(NOW);
        assertThat(read).isInstanceOf(Checked.Good.class);
        var good = (Checked.Good<List<java.security.cert.X509Certificate>>) read;
        assertThat(good.value()).containsExactly(authority.identity().certificate());
        assertThat(good.warnings()).hasSize(1);
        var only = new TrustFile(write("old.pem", old.certificatePem())).read(NOW);
        assertThat(only).isInstanceOf(Checked.Bad.class);
    }
}
