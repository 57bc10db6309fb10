package dev.ebb.pki;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads certificates from PEM files, and looks at one or at a chain of them (RFC 5280). */
final class Certificates {
    /** Before that, an end in sight is worth a word. */
    static final Duration SOON = Duration.ofDays(14);

    private static final int RSA_BITS = 2048;
    private static final int EC_BITS = 256;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private Certificates() {}

    /** The certificates of a file in its order, at least one. */
    static List<X509Certificate> read(Path file) throws BadFile {
        var certificates = new ArrayList<X509Certificate>();
        for (Pem.Block block : Pem.read(file)) {
            if (block.label().endsWith("CERTIFICATE")) {
                certificates.add(certificate(block.content(), certificates.size() + 1));
            }
        }
        if (certificates.isEmpty()) {
            throw new BadFile(
                    "holds no certificate; name the file with '-----BEGIN CERTIFICATE-----'");
        }
        return certificates;
    }

    private static X509Certificate certificate(byte[] der, int number) throws BadFile {
        try {
            var factory = CertificateFactory.getInstance("X.509");
            return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new BadFile(
                    "certificate %d cannot be read as X.509; copy the file again"
                            .formatted(number));
        }
    }

    /** Why it cannot be used at this moment, if so. */
    static Optional<String> untimely(X509Certificate certificate, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        Instant begin = certificate.getNotBefore().toInstant();
        if (end.isBefore(now)) {
            return Optional.of(
                    "the certificate of %s expired on %s; renew it"
                            .formatted(holder(certificate), day(end)));
        }
        return begin.isAfter(now)
                ? Optional.of(
                        "the certificate of %s is not valid before %s; check this machine's clock"
                                .formatted(holder(certificate), begin))
                : Optional.empty();
    }

    static Optional<String> endsSoon(X509Certificate certificate, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        return end.isBefore(now.plus(SOON))
                ? Optional.of(
                        "the certificate of %s expires on %s; renew it"
                                .formatted(holder(certificate), day(end)))
                : Optional.empty();
    }

    static String day(Instant moment) {
        return moment.atZone(ZoneOffset.UTC).toLocalDate().toString();
    }

    /** Why clients would refuse to trust it, whoever signed it, if so. */
    static Optional<String> weak(X509Certificate certificate) {
        PublicKey key = certificate.getPublicKey();
        String kind = key.getAlgorithm();
        if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < RSA_BITS) {
            kind = "RSA with " + rsa.getModulus().bitLength() + " bits";
        } else if (key instanceof ECPublicKey ec
                && ec.getParams().getCurve().getField().getFieldSize() < EC_BITS) {
            kind = "EC with " + ec.getParams().getCurve().getField().getFieldSize() + " bits";
        } else if (key instanceof RSAPublicKey || key instanceof ECPublicKey) {
            String signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
            boolean old = signature.startsWith("SHA1") || signature.startsWith("MD");
            // Nobody checks the signature of a root.
            return old && !isSelfIssued(certificate)
                    ? Optional.of(
                            "the certificate of %s is signed with %s, which clients refuse;"
                                            .formatted(
                                                    holder(certificate),
                                                    certificate.getSigAlgName())
                                    + " renew it")
                    : Optional.empty();
        }
        return Optional.of(
                "the key of %s (%s) is too weak or unknown to clients; use ECDSA P-256, or RSA with"
                                .formatted(holder(certificate), kind)
                        + " 2048 bits or more");
    }

    /** Why these are no chain, each signed by the next, if so. */
    static Optional<String> broken(List<X509Certificate> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            X509Certificate here = chain.get(i);
            X509Certificate next = chain.get(i + 1);
            if (!signed(here, next)) {
                return Optional.of(
                        "certificate %d (%s) did not sign certificate %d (%s); the server's own"
                                        .formatted(i + 2, holder(next), i + 1, holder(here))
                                + " comes first, then each one's issuer");
            }
        }
        return Optional.empty();
    }

    private static boolean signed(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
    }

    /** The first name that it is for, or else its subject. */
    static String holder(X509Certificate certificate) {
        return names(certificate).stream()
                .findFirst()
                .orElse(certificate.getSubjectX500Principal().getName());
    }

    /** IPv6 addresses come in full, and are told in short (RFC 5952). */
    private static String shown(String name, int type) {
        return type == IP_ADDRESS
                ? name.replaceFirst("(^|:)0(:0)+(:|$)", "::")
                : name.toLowerCase(Locale.ROOT);
    }

    /** The DNS names in lower case, then the addresses. */
    static List<String> names(X509Certificate certificate) {
        var names = new LinkedHashSet<String>();
        for (int type : new int[] {DNS_NAME, IP_ADDRESS}) {
            try {
                var all = certificate.getSubjectAlternativeNames();
                if (all != null) {
                    all.stream()
                            .filter(name -> name.get(0).equals(type))
                            .forEach(name -> names.add(shown(name.get(1).toString(), type)));
                }
            } catch (CertificateException e) {
                return List.of();
            }
        }
        return List.copyOf(names);
    }
}
