package dev.ebb.pki;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * A certificate with those that signed it, and the key to it. Immutable. Its text never holds the
 * key.
 *
 * @param chain its own certificate first, each signed by the next
 */
public record Identity(List<X509Certificate> chain, PrivateKey key) {
    public Identity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("an identity needs a certificate");
        }
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The DNS names (wildcards such as {@code *.example.com} too), then the addresses. */
    public List<String> names() {
        return Certificates.names(certificate());
    }

    /** When the first certificate of the chain expires. */
    public Instant expires() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    @Override
    public String toString() {
        return "certificate of %s, until %s"
                .formatted(Certificates.holder(certificate()), Certificates.day(expires()));
    }
}
