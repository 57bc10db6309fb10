package dev.ebb.cli;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewaySettings;
import dev.ebb.gateway.GatewayStartException;
import dev.ebb.gateway.Transport;
import dev.ebb.gateway.tls.TlsServerSettings;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import dev.ebb.xds.Fleet;
import dev.ebb.xds.XdsClient;
import dev.ebb.xds.XdsClientSettings;
import dev.ebb.xds.XdsClientTls;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb gateway}: Ebb's gateway apart from control, told over xDS what may be picked. */
@Command(
        name = "gateway",
        header = "Carry the requests of an Ebb that decides elsewhere; as many as are needed.",
        description = {
            "Services, their routes and their instances come from an Ebb whose configuration has a"
                    + " part 'xds'. Its instances are parked, drained and stopped as those behind"
                    + " its own gateway are: what this one has in flight, it reports. Without that"
                    + " Ebb it goes on with what it knows, and tries to come back.",
            "",
            "Ctrl-C or SIGTERM ends it in order: nothing new is accepted, what is in flight is"
                    + " answered.",
            "",
            "  ebb gateway --xds 127.0.0.1:18000 --listen 127.0.0.1:8081",
            ""
        })
final class GatewayCommand implements Callable<Integer> {
    static final Pattern NODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final int LISTENERS_MAX = 64;
    private static final int SHUTDOWN_MAX_SECONDS = 3600;

    @Spec private CommandSpec spec;

    @Option(
            names = "--xds",
            paramLabel = "ADDRESS",
            required = true,
            description = "Where Ebb serves xDS, as 'xds: listen' of its configuration says.")
    private String xds = "";

    @Option(
            names = "--xds-ca",
            paramLabel = "FILE",
            description =
                    "Speak TLS with Ebb: the certificates of who signed Ebb's, in PEM. By default"
                            + " there is no TLS.")
    private Optional<Path> xdsCa = Optional.empty();

    @Option(
            names = "--xds-certificate",
            paramLabel = "FILE",
            description = "What is shown to Ebb where it wants a certificate, in PEM.")
    private Optional<Path> xdsCertificate = Optional.empty();

    @Option(names = "--xds-key", paramLabel = "FILE", description = "The key to it, in PEM.")
    private Optional<Path> xdsKey = Optional.empty();

    @Option(
            names = "--xds-name",
            paramLabel = "NAME",
            description = "What Ebb's certificate is for, if not for the host in --xds.")
    private Optional<String> xdsName = Optional.empty();

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description =
                    "A name that no other data plane has; by default one with the number of this"
                            + " process.")
    private Optional<String> node = Optional.empty();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            split = ",",
            description =
                    "Where to listen, one or more; by default where 'xds: proxy' of Ebb's"
                            + " configuration says. Port 0: any.")
    private List<String> listen = List.of();

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
                    "How an instance is picked: least-response-time (the default),"
                            + " least-requests, weighted or random.")
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
            names = "--shutdown",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "How long requests in flight may go on when it is ended: ${DEFAULT-VALUE} s by"
                            + " default.")
    private int shutdownSeconds = 30;

    private volatile Optional<Gateway> gateway = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        XdsClientSettings ebb = ebb();
        GatewaySettings settings = settings();
        BalancePolicy policy = policy();
        var manager = new ServiceNotice(err);
        try (var client = connect(ebb)) {
            endOnSignal(client, manager, err);
            Fleet fleet = client.fleet();
            Gateway open = open(settings, policy, fleet);
            gateway = Optional.of(open);
            client.serve(open);
            out.println(hello(open, fleet, ebb));
            out.flush();
            manager.ready();
            // Until a signal ends the process.
            new CountDownLatch(1).await();
        }
        return Exit.OK;
    }

    private XdsClientSettings ebb() {
        String name = node.orElseGet(() -> "gateway-" + ProcessHandle.current().pid());
        if (!NODE.matcher(name).matches()) {
            throw new Failure(
                    Exit.USAGE,
                    "--node: '%s' is no name; use letters, digits, '.', '_' and '-'"
                            .formatted(name));
        }
        InetSocketAddress at = Hosts.parse("--xds", xds);
        if (at.getPort() == 0) {
            throw new Failure(Exit.USAGE, "--xds: 0 is no port that can be connected to");
        }
        XdsClientSettings plain = XdsClientSettings.of(at, name);
        return xdsTls().map(plain::withTls).orElse(plain);
    }

    private Optional<XdsClientTls> xdsTls() {
        if (xdsCertificate.isPresent() != xdsKey.isPresent()) {
            throw new Failure(Exit.USAGE, "--xds-certificate and --xds-key belong together");
        }
        if (xdsCa.isEmpty() && (xdsKey.isPresent() || xdsName.isPresent())) {
            throw new Failure(
                    Exit.USAGE, "--xds-certificate and --xds-name are for TLS; give --xds-ca, too");
        }
        return xdsCa.map(ca ->
                new XdsClientTls(
                        new TrustFile(ca),
                        xdsCertificate.map(c -> new IdentityFiles(c, xdsKey.orElseThrow())),
                        xdsName));
    }

    private static XdsClient connect(XdsClientSettings ebb) {
        try {
            return XdsClient.start(ebb);
        } catch (IOException e) {
            throw new Failure(Exit.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private GatewaySettings settings() {
        if (loops < 1 || loops > 256) {
            throw new Failure(Exit.USAGE, "--loops is from 1 to 256, not " + loops);
        }
        if (shutdownSeconds < 0 || shutdownSeconds > SHUTDOWN_MAX_SECONDS) {
            throw new Failure(
                    Exit.USAGE, "--shutdown is from 0 to 3600 seconds, not " + shutdownSeconds);
        }
        GatewaySettings plain =
                GatewaySettings.DEFAULT
                        .with(
                                new GatewaySettings.Loops(
                                        loops,
                                        ProxyCommand.word(
                                                "--transport", transport, Transport.values())))
                        .with(GatewaySettings.Heads.DEFAULT.with(TrustOption.read(trustForwarded)));
        if (listen.isEmpty()) {
            return tlsListener().map(plain::withTls).orElse(plain);
        }
        return plain.with(
                new GatewaySettings.Listen(
                        Hosts.parse("--listen", listen, LISTENERS_MAX), tlsListener()));
    }

    private Optional<TlsServerSettings> tlsListener() {
        if (tls.isPresent() && (certificate.isEmpty() || key.isEmpty())) {
            throw new Failure(Exit.USAGE, "--tls needs --certificate and --key");
        }
        return tls.map(address ->
                TlsServerSettings.of(
                        Hosts.parse("--tls", address),
                        new IdentityFiles(certificate.orElseThrow(), key.orElseThrow())));
    }

    private BalancePolicy policy() {
        BalancePolicy defaults = BalancePolicy.DEFAULT;
        return new BalancePolicy(
                ProxyCommand.strategy(strategy),
                defaults.slowStart(),
                defaults.check(),
                defaults.ejection(),
                defaults.retry());
    }

    private Gateway open(GatewaySettings settings, BalancePolicy policy, Fleet fleet) {
        GatewaySettings at =
                listen.isEmpty()
                        ? settings.with(
                                new GatewaySettings.Listen(
                                        List.of(fleet.listen()), settings.listen().tls()))
                        : settings;
        try {
            return Gateway.start(at, FleetAdapters.services(fleet, policy));
        } catch (GatewayStartException e) {
            throw new Failure(Exit.FAILED, e.getMessage() + " (give another with --listen)");
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.FAILED, "what Ebb says cannot be done here: " + e.getMessage());
        }
    }

    private static String hello(Gateway gateway, Fleet fleet, XdsClientSettings ebb) {
        return "ebb gateway  pid %d, listening at %s, %s of Ebb at %s, as %s"
                .formatted(
                        ProcessHandle.current().pid(),
                        ProxyCommand.listening(gateway),
                        Texts.count(fleet.services().size(), "service"),
                        Wiring.text(ebb.ebb()),
                        ebb.node());
    }

    /** The requests first: as long as some are in flight, Ebb has to know of them. */
    private void endOnSignal(XdsClient client, ServiceNotice manager, PrintWriter err) {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    manager.stopping();
                                    Optional<Gateway> open = gateway;
                                    open.ifPresent(one ->
                                            ProxyCommand.close(
                                                    one, Duration.ofSeconds(shutdownSeconds), err));
                                    client.close();
                                    if (open.isPresent()) {
                                        // An end in order, and no failure: not 130 or 143.
                                        Runtime.getRuntime().halt(Exit.OK);
                                    }
                                },
                                "signal"));
    }
}
