package dev.ebb.xds;

import dev.ebb.pki.Checked;
import dev.ebb.pki.Flaw;
import dev.ebb.pki.Identity;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side's certificate and whom it trusts, as gRPC wants them. Files that have changed and are
 * bad are said to be, and what was read before stays. For one thread that reads.
 */
final class XdsCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(XdsCertificates.class);

    private final Optional<IdentityFiles> own;
    private final Optional<TrustFile> trusted;
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trust;
    private List<X509Certificate> chain = List.of();
    private List<X509Certificate> authorities = List.of();
    private String said = "";

    private XdsCertificates(
            Optional<IdentityFiles> own,
            Optional<TrustFile> trusted,
            AdvancedTlsX509TrustManager trust) {
        this.own = own;
        this.trusted = trusted;
        this.trust = trust;
    }

    /**
     * Ebb's side.
     *
     * @throws IOException when a file cannot be used; its message says why and what to do
     */
    static XdsCertificates of(XdsServerTls tls) throws IOException {
        return opened(
                Optional.of(tls.identity()),
                tls.clients(),
                Verification.CERTIFICATE_ONLY_VERIFICATION);
    }

    /**
     * A gateway's side.
     *
     * @throws IOException as above
     */
    static XdsCertificates of(XdsClientTls tls) throws IOException {
        return opened(
                tls.identity(),
                Optional.of(tls.ca()),
                Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION);
    }

    private static XdsCertificates opened(
            Optional<IdentityFiles> own, Optional<TrustFile> trusted, Verification verification)
            throws IOException {
        try {
            var trust =
                    AdvancedTlsX509TrustManager.newBuilder().setVerification(verification).build();
            var fresh = new XdsCertificates(own, trusted, trust);
            fresh.read();
            return fresh;
        } catch (CertificateException e) {
            throw new IOException("the certificates cannot be used: " + e.getMessage(), e);
        }
    }

    private void read() throws IOException {
        try {
            if (own.isPresent()) {
                Identity identity = good(own.get().read(Instant.now()));
                if (!identity.chain().equals(chain)) {
                    X509Certificate[] all = identity.chain().toArray(X509Certificate[]::new);
                    keys.updateIdentityCredentials(all, identity.key());
                    chain = identity.chain();
                }
            }
            if (trusted.isPresent()) {
                List<X509Certificate> now = good(trusted.get().read(Instant.now()));
                if (!now.equals(authorities)) {
                    trust.updateTrustCredentials(now.toArray(X509Certificate[]::new));
                    authorities = now;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificates cannot be used: " + e.getMessage(), e);
        }
    }

    private static <T> T good(Checked<T> checked) throws IOException {
        return switch (checked) {
            case Checked.Good<T>(T value, List<Flaw> _) -> value;
            case Checked.Bad<T>(List<Flaw> flaws) ->
                    throw new IOException(
                            flaws.stream().map(Flaw::toString).collect(Collectors.joining("; ")));
        };
    }

    /** Looks whether the files have changed. What is wrong with them is said once. */
    void readAgain() {
        String wrong = "";
        try {
            read();
        } catch (IOException e) {
            wrong = String.valueOf(e.getMessage());
        }
        if (!wrong.isEmpty() && !wrong.equals(said)) {
            LOG.error("xDS: the changed files are not used, what was there stays: {}", wrong);
        }
        said = wrong;
    }

    ServerCredentials ofServer(boolean required) {
        var credentials = TlsServerCredentials.newBuilder().keyManager(keys);
        if (trusted.isPresent()) {
            credentials
                    .trustManager(trust)
                    .clientAuth(
                            required
                                    ? TlsServerCredentials.ClientAuth.REQUIRE
                                    : TlsServerCredentials.ClientAuth.OPTIONAL);
        }
        return credentials.build();
    }

    ChannelCredentials ofClient() {
        var credentials = TlsChannelCredentials.newBuilder().trustManager(trust);
        if (own.isPresent()) {
            credentials.keyManager(keys);
        }
        return credentials.build();
    }
}
