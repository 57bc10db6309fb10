package dev.ebb.pki;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes certificates with ECDSA P-256 keys for trying things out: self-signed ones, and a small
 * authority with what it signs (RFC 5280). They begin an hour ago, because clocks differ. For one
 * thread.
 */
public final class Issuer {
    private static final String EC = "1.2.840.10045.4.3.2";
    private static final Duration CLOCKS_DIFFER = Duration.ofHours(1);

    /** What the certificate is for; each may be used by servers, clients or to sign others. */
    public enum Use {
        SERVER,
        CLIENT,
        AUTHORITY
    }

    /**
     * What is wanted.
     *
     * @param name of whom it is for
     * @param names DNS names and IP addresses; the latter are told by their form
     */
    public record Wanted(String name, List<String> names, Use use, Duration validity) {
        public Wanted {
            names = List.copyOf(names);
        }
    }

    private final String name;
    private final KeyPair pair;
    private final List<X509Certificate> chain;

    private Issuer(String name, KeyPair pair, List<X509Certificate> chain) {
        this.name = name;
        this.pair = pair;
        this.chain = chain;
    }

    /** One that signs itself, and can sign others if it is an authority. */
    public static Issuer selfSigned(Wanted wanted, Instant now) {
        KeyPair pair = keyPair();
        var itself = new Issuer(wanted.name(), pair, List.of());
        return new Issuer(wanted.name(), pair, List.of(itself.sign(wanted, pair, now)));
    }

    /** Signs a certificate with a new key. */
    public Issuer issue(Wanted wanted, Instant now) {
        KeyPair fresh = keyPair();
        var all = new ArrayList<X509Certificate>();
        all.add(sign(wanted, fresh, now));
        // A root is known to who trusts it, and to nobody else.
        chain.stream().filter(one -> !Certificates.isSelfIssued(one)).forEach(all::add);
        return new Issuer(wanted.name(), fresh, List.copyOf(all));
    }

    public Identity identity() {
        return new Identity(chain, pair.getPrivate());
    }

    /** The certificate, then those that signed it, but for the root. */
    public String certificatePem() {
        var text = new StringBuilder();
        for (X509Certificate one : chain) {
            try {
                text.append(Pem.write("CERTIFICATE", one.getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return text.toString();
    }

    /** A secret. */
    public String keyPem() {
        return Pem.write("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    private static KeyPair keyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no P-256", e);
        }
    }

    private X509Certificate sign(Wanted wanted, KeyPair subject, Instant now) {
        Instant begin = now.minus(CLOCKS_DIFFER).truncatedTo(ChronoUnit.SECONDS);
        Instant end = now.plus(wanted.validity()).truncatedTo(ChronoUnit.SECONDS);
        byte[] algorithm = Der.sequence(Der.oid(EC));
        byte[] content =
                Der.sequence(
                        Der.explicit(0, Der.integer(2)),
                        Der.integer(serial()),
                        algorithm,
                        called(name),
                        Der.sequence(Der.time(begin), Der.time(end)),
                        called(wanted.name()),
                        subject.getPublic().getEncoded(),
                        Der.explicit(3, Der.sequence(extensions(wanted, subject))));
        try {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(content);
            byte[] der = Der.sequence(content, algorithm, Der.bits(0, signature.sign()));
            var factory = CertificateFactory.getInstance("X.509");
            return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Unguessable and never zero, in at most 20 bytes (RFC 5280 4.1.2.2). */
    private static BigInteger serial() {
        return new BigInteger(126, new SecureRandom()).setBit(126);
    }

    private static byte[] called(String commonName) {
        var attribute = Der.sequence(Der.oid("2.5.4.3"), Der.utf8(commonName));
        return Der.sequence(Der.set(attribute));
    }

    private byte[][] extensions(Wanted wanted, KeyPair subject) {
        boolean authority = wanted.use() == Use.AUTHORITY;
        var all = new ArrayList<byte[]>();
        byte[] basic = authority ? Der.sequence(Der.bool(true)) : Der.sequence();
        all.add(extension("2.5.29.19", true, basic));
        // keyCertSign and cRLSign, or else digitalSignature: the bits of a KeyUsage from the left.
        byte[] usage = authority ? Der.bits(1, (byte) 0x06) : Der.bits(7, (byte) 0x80);
        all.add(extension("2.5.29.15", true, usage));
        if (!authority) {
            var purpose = wanted.use() == Use.SERVER ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
            all.add(extension("2.5.29.37", false, Der.sequence(Der.oid(purpose))));
        }
        all.add(extension("2.5.29.14", false, Der.octets(fingerprint(subject))));
        all.add(extension("2.5.29.35", false, Der.sequence(Der.implicit(0, fingerprint(pair)))));
        if (!wanted.names().isEmpty()) {
            var names = wanted.names().stream().map(Issuer::alternative).toArray(byte[][]::new);
            all.add(extension("2.5.29.17", false, Der.sequence(names)));
        }
        return all.toArray(byte[][]::new);
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.bool(true), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[] alternative(String name) {
        if (isAddress(name)) {
            return Der.implicit(7, InetAddress.ofLiteral(name).getAddress());
        }
        return Der.implicit(2, name.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether it is an IP address, as opposed to a name that would have to be looked up. */
    public static boolean isAddress(String name) {
        try {
            return InetAddress.ofLiteral(name) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] fingerprint(KeyPair of) {
        try {
            // Only a label by which an issuer's key is found (RFC 5280 4.2.1.2).
            return MessageDigest.getInstance("SHA-1").digest(of.getPublic().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
