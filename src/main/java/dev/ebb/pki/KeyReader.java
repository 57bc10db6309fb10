package dev.ebb.pki;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;

/**
 * Private keys from PEM: PKCS #8, and the older PKCS #1 (RSA) and SEC 1 (EC), which are wrapped to
 * become PKCS #8. RSA and EC only, because that is what TLS clients understand everywhere.
 */
final class KeyReader {
    private static final byte[] RSA = Der.sequence(Der.oid("1.2.840.113549.1.1.1"), Der.nothing());
    private static final String EC_OID = "1.2.840.10045.2.1";

    /** Named curves that clients know: P-256, P-384, P-521. */
    private static final List<byte[]> CURVES =
            List.of(
                    Der.oid("1.2.840.10045.3.1.7"),
                    Der.oid("1.3.132.0.34"),
                    Der.oid("1.3.132.0.35"));

    private KeyReader() {}

    static PrivateKey read(Path file) throws BadFile {
        for (Pem.Block block : Pem.read(file)) {
            if (block.encrypted() || block.label().equals("ENCRYPTED PRIVATE KEY")) {
                throw new BadFile(
                        "the key is encrypted, and Ebb has no passphrase for it; decrypt it with"
                                + " 'openssl pkey -in %s -out plain.pem' and give that file mode"
                                        .formatted(file.getFileName())
                                + " 0600");
            }
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return key(block.content());
                }
                case "RSA PRIVATE KEY" -> {
                    return key(wrapped(RSA, block.content()));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] curve = curve(block.content());
                    return key(wrapped(Der.sequence(Der.oid(EC_OID), curve), block.content()));
                }
                default -> {
                    // Curve parameters or certificates in front of the key.
                }
            }
        }
        throw new BadFile("holds no private key; name the file with '-----BEGIN PRIVATE KEY-----'");
    }

    private static byte[] wrapped(byte[] algorithm, byte[] content) {
        return Der.sequence(Der.integer(0), algorithm, Der.octets(content));
    }

    private static byte[] curve(byte[] sec1) throws BadFile {
        for (byte[] curve : CURVES) {
            for (int at = 0; at + curve.length <= sec1.length; at++) {
                if (Arrays.equals(sec1, at, at + curve.length, curve, 0, curve.length)) {
                    return curve;
                }
            }
        }
        throw new BadFile(
                "the key's curve is none of P-256, P-384, P-521; make an ECDSA P-256 key");
    }

    private static PrivateKey key(byte[] pkcs8) throws BadFile {
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                var spec = new PKCS8EncodedKeySpec(pkcs8);
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // The next kind, then; an exception's text might tell of the key.
            }
        }
        throw new BadFile("is no RSA or EC key that can be read; make an ECDSA P-256 key");
    }
}
