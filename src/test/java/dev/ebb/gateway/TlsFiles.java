package dev.ebb.gateway;

import dev.ebb.pki.Identity;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.Issuer;
import dev.ebb.pki.TrustFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Certificates for tests: an authority, what it signs, the files, and clients that trust it. */
final class TlsFiles {
    static final Duration DAYS = Duration.ofDays(30);

    final Path folder;
    final Issuer authority = authority("Test CA");

    TlsFiles(Path folder) {
        this.folder = folder;
    }

    static Issuer authority(String name) {
        return Issuer.selfSigned(
                new Issuer.Wanted(name, List.of(), Issuer.Use.AUTHORITY, DAYS), Instant.now());
    }

    Issuer server(String... names) {
        return issue(authority, Issuer.Use.SERVER, DAYS, names);
    }

    Issuer client(String name) {
        return issue(authority, Issuer.Use.CLIENT, DAYS, name);
    }

    static Issuer issue(Issuer by, Issuer.Use use, Duration validity, String... names) {
        var wanted = new Issuer.Wanted(names[0], List.of(names), use, validity);
        return by.issue(wanted, Instant.now());
    }

    /** Writes the files, or replaces them, each at once. */
    IdentityFiles write(String name, Issuer what) throws IOException {
        replace(folder.resolve(name + "-key.pem"), what.keyPem());
        replace(folder.resolve(name + ".pem"), what.certificatePem());
        return files(name);
    }

    IdentityFiles files(String name) {
        return new IdentityFiles(folder.resolve(name + ".pem"), folder.resolve(name + "-key.pem"));
    }

    TrustFile trust(String name, Issuer who) throws IOException {
        replace(folder.resolve(name + ".pem"), who.certificatePem());
        return new TrustFile(folder.resolve(name + ".pem"));
    }

    static void replace(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Trusts the authority, and shows this certificate to those who ask for one. */
    SSLContext context(Issuer... own) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", authority.identity().certificate());
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            var keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            for (Issuer one : own) {
                Identity identity = one.identity();
                Certificate[] chain = identity.chain().toArray(Certificate[]::new);
                keys.setKeyEntry("own", identity.key(), new char[0], chain);
            }
            var manager = KeyManagerFactory.getInstance("PKIX");
            manager.init(keys, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(manager.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A connection whose handshake is done, and whose certificate is for this name. */
    static SSLSocket connect(SSLContext context, InetSocketAddress to, String name)
            throws IOException {
        var plain = TestClient.connected(to);
        var socket =
                (SSLSocket)
                        context.getSocketFactory().createSocket(plain, name, to.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!Issuer.isAddress(name)) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    static X509Certificate shown(SSLSocket socket) throws IOException {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
}
