package dev.ebb.config;

import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import java.util.List;
import java.util.Optional;

/**
 * Where and how clients are accepted by TLS. Immutable.
 *
 * @param certificates at least one; the first is for names that none is for
 */
public record TlsConfig(
        Address listen, List<IdentityFiles> certificates, Minimum minimum, Clients clients) {
    public TlsConfig {
        certificates = List.copyOf(certificates);
    }

    /** The oldest version that is spoken. */
    public enum Minimum {
        TLS_1_2("1.2"),
        TLS_1_3("1.3");

        final String text;

        Minimum(String text) {
            this.text = text;
        }
    }

    /** Whether clients show a certificate. */
    public enum Verify {
        OFF,
        OPTIONAL,
        REQUIRED
    }

    /**
     * Certificates of clients.
     *
     * @param ca who signs them; there unless they are off
     */
    public record Clients(Verify verify, Optional<TrustFile> ca) {}

    /**
     * How a service's instances are spoken to by TLS.
     *
     * @param ca who signs their certificates; whom the JDK trusts without it
     * @param identity what Ebb shows of itself
     * @param serverName what their certificates are for; their address without it
     * @param verify false accepts any certificate
     */
    public record Instances(
            Optional<TrustFile> ca,
            Optional<IdentityFiles> identity,
            Optional<String> serverName,
            boolean verify) {}
}
