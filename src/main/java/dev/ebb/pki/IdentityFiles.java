package dev.ebb.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a certificate and its key are.
 *
 * @param certificate PEM: the certificate, then those that signed it
 * @param key PEM, not encrypted; may be the same file
 */
public record IdentityFiles(Path certificate, Path key) {

    public List<Path> all() {
        return List.of(certificate, key);
    }

    /** Reads both, and looks whether a server or client can use them at this moment. */
    public Checked<Identity> read(Instant now) {
        var flaws = new ArrayList<Flaw>();
        List<X509Certificate> chain = List.of();
        try {
            chain = Certificates.read(certificate);
            lookAt(chain, now, flaws);
        } catch (BadFile e) {
            flaws.add(e.flaw(certificate));
        }
        try {
            PrivateKey secret = KeyReader.read(key);
            if (!chain.isEmpty() && !match(chain.getFirst().getPublicKey(), secret)) {
                flaws.add(mismatch(chain, secret));
            }
            if (flaws.isEmpty()) {
                return new Checked.Good<>(new Identity(chain, secret), warnings(chain, now));
            }
        } catch (BadFile e) {
            flaws.add(e.flaw(key));
        }
        return new Checked.Bad<>(flaws);
    }

    private void lookAt(List<X509Certificate> chain, Instant now, List<Flaw> flaws) {
        Certificates.broken(chain).ifPresent(text -> flaws.add(new Flaw(certificate, text)));
        for (X509Certificate one : chain) {
            Certificates.untimely(one, now).ifPresent(t -> flaws.add(new Flaw(certificate, t)));
            Certificates.weak(one).ifPresent(t -> flaws.add(new Flaw(certificate, t)));
        }
    }

    private Flaw mismatch(List<X509Certificate> chain, PrivateKey secret) {
        for (int i = 1; i < chain.size(); i++) {
            if (match(chain.get(i).getPublicKey(), secret)) {
                return new Flaw(
                        certificate,
                        "the key belongs to certificate %d of %d; the server's own comes first"
                                .formatted(i + 1, chain.size()));
            }
        }
        return new Flaw(
                key,
                "the key does not belong to the certificate in %s; name the key that it was made"
                                .formatted(certificate.getFileName())
                        + " with");
    }

    /** What one signs, the other must accept. */
    private static boolean match(PublicKey open, PrivateKey secret) {
        if (!open.getAlgorithm().equals(secret.getAlgorithm())) {
            return false;
        }
        try {
            boolean rsa = secret.getAlgorithm().equals("RSA");
            var signature = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA");
            byte[] text = {1, 2, 3};
            signature.initSign(secret);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private List<Flaw> warnings(List<X509Certificate> chain, Instant now) {
        var warnings = new ArrayList<Flaw>();
        for (X509Certificate one : chain) {
            Certificates.endsSoon(one, now).ifPresent(t -> warnings.add(new Flaw(certificate, t)));
        }
        if (openToAll(key)) {
            warnings.add(
                    new Flaw(
                            key,
                            "every user of this machine may read the key; chmod 600 "
                                    + key.getFileName()));
        }
        return warnings;
    }

    private static boolean openToAll(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
