package dev.ebb.xds;

import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.Issuer;
import dev.ebb.pki.Issuer.Use;
import dev.ebb.pki.TrustFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An authority, Ebb's certificate and a data plane's, as files in a folder. */
record TestCertificates(Path folder, Issuer authority) {
    static TestCertificates write(Path folder) throws IOException {
        var authority =
                Issuer.selfSigned(
                        new Issuer.Wanted("CA", List.of(), Use.AUTHORITY, Duration.ofDays(9)),
                        Instant.now());
        var all = new TestCertificates(folder, authority);
        Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());
        all.issue("ebb", Use.SERVER);
        all.issue("plane", Use.CLIENT);
        return all;
    }

    void issue(String name, Use use) throws IOException {
        Issuer issued =
                authority.issue(
                        new Issuer.Wanted(
                                name, List.of("127.0.0.1", "ebb.test"), use, Duration.ofDays(9)),
                        Instant.now());
        Files.writeString(folder.resolve(name + ".pem"), issued.certificatePem());
        Files.writeString(folder.resolve(name + "-key.pem"), issued.keyPem());
    }

    TrustFile ca() {
        return new TrustFile(folder.resolve("ca.pem"));
    }

    IdentityFiles files(String name) {
        return new IdentityFiles(folder.resolve(name + ".pem"), folder.resolve(name + "-key.pem"));
    }

    XdsServerTls server(boolean required) {
        return new XdsServerTls(files("ebb"), Optional.of(ca()), required);
    }

    BootstrapTls bootstrap() {
        return new BootstrapTls(
                ca().file().toString(),
                Optional.of(files("plane").certificate().toString()),
                Optional.of(files("plane").key().toString()),
                Optional.empty());
    }
}
