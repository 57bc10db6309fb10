package dev.ebb.cli;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewaySettings;
import dev.ebb.gateway.GatewayStartException;
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
import picocli.CommandLine.Mixin;
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

    @Spec private CommandSpec spec;

    @Mixin private GatewayOptions common = new GatewayOptions();

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

    private volatile Optional<Gateway> gateway = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        XdsClientSettings ebb = ebb();
        List<InetSocketAddress> own = Hosts.parse("--listen", listen, GatewayOptions.LISTENERS_MAX);
        GatewaySettings settings = common.settings(own);
        GatewayOptions.Shown shown = common.shown();
        Duration shutdown = common.shutdown();
        BalancePolicy policy = policy();
        var manager = new ServiceNotice(err);
        try (var client = connect(ebb)) {
            var plane = new GatewayPlane(ebb, client);
            try (var page = AdminPage.open(shown, plane)) {
                endOnSignal(client, plane, shutdown, manager, err);
                page.address().ifPresent(at -> waits(at, ebb, out));
                Fleet fleet = client.fleet();
                Gateway open = open(settings, policy, fleet);
                gateway = Optional.of(open);
                client.serve(open);
                plane.serves(open);
                out.println(hello(open, fleet, ebb, page));
                out.flush();
                manager.ready();
                // Until a signal ends the process.
                new CountDownLatch(1).await();
            }
        }
        return Exit.OK;
    }

    /** Who looks for the admin address need not wait for Ebb. */
    private static void waits(InetSocketAddress admin, XdsClientSettings ebb, PrintWriter out) {
        out.println(
                "ebb gateway  pid %d, asks Ebb at %s, admin at http://%s"
                        .formatted(
                                ProcessHandle.current().pid(),
                                Wiring.text(ebb.ebb()),
                                Wiring.text(admin)));
        out.flush();
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

    private BalancePolicy policy() {
        BalancePolicy defaults = BalancePolicy.DEFAULT;
        return new BalancePolicy(
                common.strategy(),
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

    private static String hello(
            Gateway gateway, Fleet fleet, XdsClientSettings ebb, AdminPage page) {
        String admin = page.address().map(a -> ", admin at http://" + Wiring.text(a)).orElse("");
        return "ebb gateway  pid %d, listening at %s, %s of Ebb at %s, as %s%s"
                .formatted(
                        ProcessHandle.current().pid(),
                        ProxyCommand.listening(gateway),
                        Texts.count(fleet.services().size(), "service"),
                        Wiring.text(ebb.ebb()),
                        ebb.node(),
                        admin);
    }

    /** The requests first: as long as some are in flight, Ebb has to know of them. */
    private void endOnSignal(
            XdsClient client,
            GatewayPlane plane,
            Duration shutdown,
            ServiceNotice manager,
            PrintWriter err) {
        Exit.inOrder(() -> {
            plane.ends();
            manager.stopping();
            gateway.ifPresent(open -> ProxyCommand.close(open, shutdown, err));
            client.close();
            return true;
        });
    }
}
