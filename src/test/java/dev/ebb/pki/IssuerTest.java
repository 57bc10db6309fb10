package dev.ebb.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.pki.Issuer.Use;
import dev.ebb.pki.Issuer.Wanted;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Certificates of our own making, as the JDK understands them. */
// One time for all that a certificate says.
@SuppressWarnings("TimeInStaticInitializer")
class IssuerTest {
    private static final Instant NOW = Instant.now();
    private static final Duration DAYS = Duration.ofDays(30);

    private static Wanted wanted(String name, Use use, Duration validity, String... names) {
        return new Wanted(name, List.of(names), use, validity);
    }

    private static X509Certificate certificate(Issuer issued) {
        return issued.identity().certificate();
    }

    @Test
    void aSelfSignedOneSaysWhatWasWanted() throws Exception {
        Issuer made =
                Issuer.selfSigned(
                        wanted("shop.test", Use.SERVER, DAYS, "shop.test", "*.shop.test", "::1"),
                        NOW);
        X509Certificate is = certificate(made);
        is.verify(is.getPublicKey());
        assertThat(is.getVersion()).isEqualTo(3);
        assertThat(is.getSubjectX500Principal().getName()).isEqualTo("CN=shop.test");
        assertThat(made.identity().names()).containsExactly("shop.test", "*.shop.test", "::1");
        assertThat(is.getNotAfter().toInstant())
                .isEqualTo(NOW.plus(DAYS).truncatedTo(ChronoUnit.SECONDS));
        assertThat(is.getBasicConstraints()).as("no authority").isEqualTo(-1);
        assertThat(is.getKeyUsage()[0]).as("digitalSignature").isTrue();
        assertThat(is.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(is.getSerialNumber().signum()).isEqualTo(1);
    }

    @Test
    void noTwoHaveOneSerialNumberOrKey() {
        var wanted = wanted("a", Use.SERVER, DAYS, "a");
        X509Certificate one = certificate(Issuer.selfSigned(wanted, NOW));
        X509Certificate other = certificate(Issuer.selfSigned(wanted, NOW));
        assertThat(one.getSerialNumber()).isNotEqualTo(other.getSerialNumber());
        assertThat(one.getPublicKey()).isNotEqualTo(other.getPublicKey());
    }

    @Test
    void whatAnAuthoritySignedIsValidUnderIt() throws Exception {
        Issuer authority = Issuer.selfSigned(wanted("CA", Use.AUTHORITY, DAYS), NOW);
        Issuer client = authority.issue(wanted("alice", Use.CLIENT, DAYS), NOW);
        assertThat(client.identity().chain()).as("without the root").hasSize(1);
        assertThat(certificate(client).getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        validate(client, authority);
        Issuer stranger = Issuer.selfSigned(wanted("CA", Use.AUTHORITY, DAYS), NOW);
        assertThatThrownBy(() -> validate(client, stranger))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void intermediatesComeWithWhatTheySigned() throws Exception {
        Issuer root = Issuer.selfSigned(wanted("Root", Use.AUTHORITY, DAYS), NOW);
        Issuer middle = root.issue(wanted("Middle", Use.AUTHORITY, DAYS), NOW);
        Issuer server = middle.issue(wanted("a.test", Use.SERVER, DAYS, "a.test"), NOW);
        assertThat(server.identity().chain())
                .containsExactly(certificate(server), certificate(middle));
        validate(server, root);
    }

    private static void validate(Issuer issued, Issuer by) throws Exception {
        var path =
                CertificateFactory.getInstance("X.509").generateCertPath(issued.identity().chain());
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(certificate(by), null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    @Test
    void datesAfter2049HaveFourDigits() {
        var far = wanted("far", Use.SERVER, Duration.ofDays(20_000), "far");
        Instant until = certificate(Issuer.selfSigned(far, NOW)).getNotAfter().toInstant();
        assertThat(until).isEqualTo(NOW.plus(far.validity()).truncatedTo(ChronoUnit.SECONDS));
    }

    @Test
    void encodesAsTheStandardSays() {
        var hex = HexFormat.of();
        assertThat(hex.formatHex(Der.oid("1.2.840.113549"))).isEqualTo("06062a864886f70d");
        assertThat(hex.formatHex(Der.integer(128))).isEqualTo("02020080");
        assertThat(hex.formatHex(Der.integer(0))).isEqualTo("020100");
        assertThat(hex.formatHex(Der.octets(new byte[200]))).startsWith("0481c8");
        assertThat(hex.formatHex(Der.octets(new byte[300]))).startsWith("0482012c");
        assertThat(hex.formatHex(Der.time(Instant.parse("2049-12-31T23:59:59Z"))))
                .startsWith("170d");
        assertThat(hex.formatHex(Der.time(Instant.parse("2050-01-01T00:00:00Z"))))
                .startsWith("180f");
    }
}
