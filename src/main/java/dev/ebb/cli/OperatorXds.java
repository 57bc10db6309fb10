package dev.ebb.cli;

import dev.ebb.control.DataPlanes;
import dev.ebb.pki.Checked;
import dev.ebb.pki.Flaw;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import dev.ebb.xds.XdsServerTls;
import dev.ebb.xds.XdsSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where and how {@code ebb operator} serves data planes. */
final class OperatorXds {
    private static final int SECONDS_MAX = 3600;
    private static final Duration REPORTS = Duration.ofSeconds(1);

    @Option(
            names = "--xds",
            paramLabel = "ADDRESS",
            description =
                    "Serve xDS here for ServiceScales with 'dataPlane', such as :18000; other than"
                            + " on this machine only with the three files below.")
    private Optional<String> listen = Optional.empty();

    @Option(
            names = "--xds-proxy",
            paramLabel = "ADDRESS",
            defaultValue = ":10000",
            description =
                    "Where an Envoy that has its listener from Ebb accepts requests; :10000 by"
                            + " default.")
    private String proxy = "";

    @Option(
            names = "--xds-certificate",
            paramLabel = "FILE",
            description = "What is shown to data planes, in PEM.")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--xds-key", paramLabel = "FILE", description = "The key to it, in PEM.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--xds-client-ca",
            paramLabel = "FILE",
            description =
                    "Who signs the certificates of data planes, in PEM; each has to show one.")
    private Optional<Path> ca = Optional.empty();

    @Option(
            names = "--xds-grace",
            paramLabel = "S",
            defaultValue = "30",
            description =
                    "Seconds for which a data plane that lost its connection is waited for; 30 by"
                            + " default.")
    private int grace;

    @Option(
            names = "--xds-quiet",
            paramLabel = "S",
            defaultValue = "30",
            description =
                    "Seconds after its acknowledgement for which a data plane without load reports"
                            + " is taken to be busy; 30 by default.")
    private int quiet;

    /** Empty without {@code --xds}. Fails where something cannot be. */
    Optional<DataPlanes> planes() {
        if (listen.isEmpty()) {
            if (certificate.isPresent() || key.isPresent() || ca.isPresent()) {
                throw new Failure(
                        Exit.USAGE,
                        "--xds-certificate, --xds-key and --xds-client-ca are for --xds, which is"
                                + " not given");
            }
            return Optional.empty();
        }
        bound("--xds-grace", grace);
        bound("--xds-quiet", quiet);
        InetSocketAddress at = Hosts.parse("--xds", listen.get());
        Optional<XdsServerTls> tls = tls();
        boolean verified = tls.filter(XdsServerTls::required).isPresent();
        if (!verified && !at.getAddress().isLoopbackAddress()) {
            throw new Failure(
                    Exit.USAGE,
                    "--xds: '%s' can be reached from outside, and whoever asks there can hold up"
                                    .formatted(listen.get())
                            + " scaling; give --xds-certificate, --xds-key and --xds-client-ca, or"
                            + " use 127.0.0.1");
        }
        return Optional.of(
                new XdsPlanes(
                        new XdsSettings(
                                at,
                                Hosts.parse("--xds-proxy", proxy),
                                List.of(),
                                Duration.ofSeconds(grace),
                                Duration.ofSeconds(quiet),
                                REPORTS,
                                tls)));
    }

    private static void bound(String option, int value) {
        if (value < 1 || value > SECONDS_MAX) {
            throw new Failure(
                    Exit.USAGE, "%s: %d is not from 1 to %d".formatted(option, value, SECONDS_MAX));
        }
    }

    private Optional<XdsServerTls> tls() {
        if (certificate.isPresent() != key.isPresent()) {
            throw new Failure(Exit.USAGE, "--xds-certificate and --xds-key belong together");
        }
        if (ca.isPresent() && key.isEmpty()) {
            throw new Failure(
                    Exit.USAGE, "--xds-client-ca is for TLS; give --xds-certificate, too");
        }
        return certificate.map(file -> {
            var identity = new IdentityFiles(file, key.orElseThrow());
            sound(identity.read(Instant.now()));
            Optional<TrustFile> trust = ca.map(TrustFile::new);
            trust.ifPresent(t -> sound(t.read(Instant.now())));
            return new XdsServerTls(identity, trust, trust.isPresent());
        });
    }

    private static void sound(Checked<?> read) {
        if (read instanceof Checked.Bad<?>(List<Flaw> flaws)) {
            throw new Failure(
                    Exit.USAGE,
                    "%s: %s".formatted(flaws.getFirst().file(), flaws.getFirst().text()));
        }
    }
}
