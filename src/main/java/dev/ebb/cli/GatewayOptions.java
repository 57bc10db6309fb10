package dev.ebb.cli;

import dev.ebb.balance.StrategyKind;
import dev.ebb.gateway.AccessLogSettings;
import dev.ebb.gateway.GatewaySettings;
import dev.ebb.gateway.Transport;
import dev.ebb.gateway.tls.TlsServerSettings;
import dev.ebb.pki.IdentityFiles;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of a gateway without control, whoever tells it where requests go. */
final class GatewayOptions {
    static final int LISTENERS_MAX = 64;
    private static final int SHUTDOWN_MAX_SECONDS = 3600;
    private static final int PORT_MAX = 65_535;
    private static final long LOG_BYTES = 64L << 20;
    private static final int LOG_FILES = 5;

    @Option(
            names = "--tls",
            paramLabel = "ADDRESS",
            description = "Where to listen with TLS, besides; needs --certificate and --key.")
    private Optional<String> tls = Optional.empty();

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "The certificate for --tls and those that signed it, in PEM.")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--key", paramLabel = "FILE", description = "The key to it, in PEM.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            defaultValue = "least-response-time",
            description =
                    "Who gets a request: least-response-time (the default), least-requests,"
                            + " weighted or random.")
    private String strategy = "least-response-time";

    @Option(
            names = "--loops",
            paramLabel = "N",
            description = "Event loops, one thread each; by default 2, or 1 on a single CPU.")
    private int loops = GatewaySettings.DEFAULT.loops().count();

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "auto (the default: epoll, else nio), epoll, io-uring or nio.")
    private String transport = "auto";

    @Option(
            names = "--trust-forwarded",
            paramLabel = "NETWORK",
            arity = "0..1",
            fallbackValue = TrustOption.EVERYBODY,
            split = ",",
            description =
                    "Keep X-Forwarded-* and Forwarded of proxies in these networks, such as"
                            + " 10.0.0.0/8, or of whoever connects, and add to them; by default"
                            + " they are replaced.")
    private List<String> trustForwarded = List.of();

    @Option(
            names = "--access-log",
            paramLabel = "FILE",
            description =
                    "Write a line of JSON about each request to this file, or to stdout; by default"
                            + " none. Requests get an X-Request-Id then. The fields are those of"
                            + " 'access-log' in docs/configuration.md.")
    private Optional<String> accessLog = Optional.empty();

    @Option(
            names = "--access-sample",
            paramLabel = "PERCENT",
            defaultValue = "100",
            description =
                    "How many percent of the requests are logged: ${DEFAULT-VALUE} by default;"
                            + " failed ones and those that took more than 1 s always are.")
    private int accessSample = 100;

    @Option(
            names = "--admin",
            paramLabel = "ADDRESS",
            description =
                    "A loopback address for GET /metrics (Prometheus), /healthz, /readyz and"
                            + " /v1/status; by default none. Port 0: any.")
    private Optional<String> admin = Optional.empty();

    @Option(
            names = "--probe-port",
            paramLabel = "PORT",
            description =
                    "Serve /healthz and /readyz, and nothing else, for a kubelet on this port, on"
                            + " all addresses; by default not.")
    private Optional<Integer> probePort = Optional.empty();

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description =
                    "Serve /metrics, and nothing else, for a Prometheus on this port, on all"
                            + " addresses; by default not.")
    private Optional<Integer> metricsPort = Optional.empty();

    @Option(
            names = "--shutdown",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "How long requests in flight may go on when it is ended: ${DEFAULT-VALUE} s by"
                            + " default.")
    private int shutdownSeconds = 30;

    /** Takes an option of a plain command line; false when it is none of these. */
    boolean take(String name, PlainArguments args) {
        switch (name) {
            case "--tls" -> tls = Optional.of(args.value());
            case "--certificate" -> certificate = Optional.of(Path.of(args.value()));
            case "--key" -> key = Optional.of(Path.of(args.value()));
            case "--strategy" -> strategy = args.value();
            case "--loops" -> loops = args.number();
            case "--transport" -> transport = args.value();
            case "--trust-forwarded" -> trustForwarded = args.flag() ? TrustOption.ALL : List.of();
            case "--access-log" -> accessLog = Optional.of(args.value());
            case "--access-sample" -> accessSample = args.number();
            case "--admin" -> admin = Optional.of(args.value());
            case "--probe-port" -> probePort = Optional.of(args.number());
            case "--metrics-port" -> metricsPort = Optional.of(args.number());
            case "--shutdown" -> shutdownSeconds = args.number();
            default -> {
                return false;
            }
        }
        return true;
    }

    /**
     * @param listen where, without TLS; none where that is to be said later
     */
    GatewaySettings settings(List<InetSocketAddress> listen) {
        if (loops < 1 || loops > 256) {
            throw new Failure(Exit.USAGE, "--loops is from 1 to 256, not " + loops);
        }
        if (accessSample < 0 || accessSample > 100) {
            throw new Failure(
                    Exit.USAGE, "--access-sample is from 0 to 100 percent, not " + accessSample);
        }
        List<InetSocketAddress> plain =
                listen.isEmpty() ? GatewaySettings.DEFAULT.listen().plain() : listen;
        GatewaySettings settings =
                GatewaySettings.DEFAULT
                        .with(new GatewaySettings.Listen(plain, tls.map(this::tls)))
                        .with(
                                new GatewaySettings.Loops(
                                        loops, word("--transport", transport, Transport.values())))
                        .with(GatewaySettings.Heads.DEFAULT.with(TrustOption.read(trustForwarded)));
        return accessLog.isPresent() ? logged(settings, accessLog.get()) : settings;
    }

    /** As with an access log in a configuration, requests get ids. */
    private GatewaySettings logged(GatewaySettings settings, String to) {
        var log =
                new AccessLogSettings(
                        to.equals("stdout") ? Optional.empty() : Optional.of(Path.of(to)),
                        accessSample / 100.0,
                        Duration.ofSeconds(1),
                        AccessLogSettings.Query.NONE,
                        LOG_BYTES,
                        LOG_FILES);
        GatewaySettings.Heads heads = settings.heads();
        var ids = new GatewaySettings.RequestId(heads.requestId().header(), true);
        return settings.with(heads.with(ids)).withAccessLog(log);
    }

    private TlsServerSettings tls(String address) {
        if (certificate.isEmpty() || key.isEmpty()) {
            throw new Failure(Exit.USAGE, "--tls needs --certificate and --key");
        }
        return TlsServerSettings.of(
                Hosts.parse("--tls", address), new IdentityFiles(certificate.get(), key.get()));
    }

    /** One that needs nothing but its name. */
    StrategyKind strategy() {
        var kinds = new ArrayList<>(List.of(StrategyKind.values()));
        kinds.remove(StrategyKind.HASH);
        return word("--strategy", strategy, kinds.toArray(new StrategyKind[0]));
    }

    /**
     * Where it shows itself.
     *
     * @param admin on loopback
     * @param probePort on all addresses
     * @param metricsPort likewise
     */
    record Shown(
            Optional<InetSocketAddress> admin,
            Optional<Integer> probePort,
            Optional<Integer> metricsPort) {}

    Shown shown() {
        return new Shown(
                admin.map(GatewayOptions::loopback),
                port("--probe-port", probePort),
                port("--metrics-port", metricsPort));
    }

    private static Optional<Integer> port(String option, Optional<Integer> given) {
        given.filter(port -> port < 1 || port > PORT_MAX)
                .ifPresent(port -> {
                    throw new Failure(Exit.USAGE, option + " is from 1 to 65535, not " + port);
                });
        return given;
    }

    private static InetSocketAddress loopback(String text) {
        InetSocketAddress address = Hosts.parse("--admin", text);
        if (!address.getAddress().isLoopbackAddress()) {
            throw new Failure(
                    Exit.USAGE, "--admin: " + Wiring.text(address) + " is not on loopback");
        }
        return address;
    }

    Duration shutdown() {
        if (shutdownSeconds < 0 || shutdownSeconds > SHUTDOWN_MAX_SECONDS) {
            throw new Failure(
                    Exit.USAGE, "--shutdown is from 0 to 3600 seconds, not " + shutdownSeconds);
        }
        return Duration.ofSeconds(shutdownSeconds);
    }

    /** An enum's value by its name in small letters, with hyphens or underscores. */
    static <E extends Enum<E>> E word(String option, String text, E[] values) {
        var names = new ArrayList<String>();
        for (E value : values) {
            String name = kebab(value.name());
            if (name.equals(kebab(text))) {
                return value;
            }
            names.add(name);
        }
        throw new Failure(
                Exit.USAGE,
                "%s is one of %s, not '%s'".formatted(option, String.join(", ", names), text));
    }

    private static String kebab(String text) {
        return text.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
