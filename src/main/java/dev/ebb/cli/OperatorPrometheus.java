package dev.ebb.cli;

import dev.ebb.control.Monitoring;
import dev.ebb.observe.prometheus.Credentials;
import dev.ebb.observe.prometheus.PrometheusMonitoring;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which Prometheus the ServiceScales of {@code ebb operator} may ask. */
final class OperatorPrometheus {
    @Option(
            names = "--prometheus",
            paramLabel = "URL",
            description =
                    "The Prometheus that is asked for ServiceScales with 'targets.queries' or"
                            + " 'metrics.prometheus', such as http://prometheus.monitoring:9090.")
    private Optional<String> url = Optional.empty();

    @Option(
            names = "--prometheus-token-file",
            paramLabel = "FILE",
            description = "A bearer token for it, read anew for each question.")
    private Optional<Path> token = Optional.empty();

    /** Empty without {@code --prometheus}. Fails where something cannot be. */
    Optional<Monitoring> monitoring() {
        if (url.isEmpty()) {
            if (token.isPresent()) {
                throw new Failure(
                        Exit.USAGE,
                        "--prometheus-token-file is for --prometheus, which is not given");
            }
            return Optional.empty();
        }
        Credentials credentials =
                token.<Credentials>map(Credentials.InFile::new).orElse(Credentials.NONE);
        return Optional.of(
                new PrometheusMonitoring(checked(url.get()), credentials, System::nanoTime));
    }

    private static URI checked(String text) {
        URI read;
        try {
            read = new URI(text.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            throw wrong();
        }
        boolean http = "http".equals(read.getScheme()) || "https".equals(read.getScheme());
        boolean plain =
                read.getRawQuery() == null
                        && read.getRawFragment() == null
                        && read.getRawUserInfo() == null;
        if (!http || !plain || read.getHost() == null) {
            throw wrong();
        }
        return read;
    }

    /** Without the text: there may be credentials in it. */
    private static Failure wrong() {
        return new Failure(
                Exit.USAGE,
                "--prometheus: it is no URL such as http://prometheus.monitoring:9090, without"
                        + " credentials, '?' or '#'");
    }
}
