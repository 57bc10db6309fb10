package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.config.TlsConfig;
import dev.ebb.config.XdsConfig;
import dev.ebb.xds.Bootstrap;
import dev.ebb.xds.BootstrapTls;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb xds}: what has to do with data planes other than the gateway. */
@Command(
        name = "xds",
        header = "Let Envoy or gRPC clients carry the requests.",
        description = {
            "Ebb decides, and tells data planes over xDS what may be picked, if the configuration"
                    + " has a part 'xds'. docs/envoy.md says how.",
            ""
        },
        subcommands = XdsCommand.BootstrapCommand.class)
final class XdsCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? there is: bootstrap");
    }

    /** {@code ebb xds bootstrap FILE}: the file that a data plane starts with. */
    @Command(
            name = "bootstrap",
            header = "Print the file that a data plane starts with.",
            description = {
                "For Envoy: ebb xds bootstrap ebb.yaml > envoy.yaml; envoy -c envoy.yaml",
                ""
            })
    static final class BootstrapCommand implements Callable<Integer> {
        private static final int PORT_MAX = 65_535;

        @Spec private CommandSpec spec;

        @Parameters(
                paramLabel = "FILE",
                arity = "0..1",
                description =
                        "The configuration, in YAML; without one, for ebb operator --xds, say"
                                + " --address.")
        private Optional<Path> file = Optional.empty();

        @Option(
                names = "--node",
                paramLabel = "NAME",
                defaultValue = "envoy-1",
                description = "A name that no other data plane has; envoy-1 by default.")
        private String node = "";

        @Option(
                names = "--admin-port",
                paramLabel = "PORT",
                defaultValue = "9901",
                description = "Of Envoy's own admin interface; 9901 by default, 0 for any free.")
        private int adminPort;

        @Option(
                names = "--address",
                paramLabel = "ADDRESS",
                description =
                        "Where data planes reach Ebb, such as ebb.example.com:18000; by default"
                                + " where 'xds: listen' says.")
        private Optional<String> address = Optional.empty();

        @Option(
                names = "--ca",
                paramLabel = "FILE",
                description =
                        "With 'xds: tls': the data plane's file with the certificates of who signed"
                                + " Ebb's.")
        private Optional<String> ca = Optional.empty();

        @Option(
                names = "--certificate",
                paramLabel = "FILE",
                description = "The data plane's file with its own certificate, if it needs one.")
        private Optional<String> certificate = Optional.empty();

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description = "The data plane's file with the key to it.")
        private Optional<String> key = Optional.empty();

        @Option(names = "--grpc", description = "For a gRPC client without a proxy, in JSON.")
        private boolean grpc;

        @Override
        public Integer call() {
            if (!GatewayCommand.NODE.matcher(node).matches()) {
                throw new Failure(
                        Exit.USAGE,
                        "--node: '%s' is no name; use letters, digits, '.', '_' and '-'"
                                .formatted(node));
            }
            if (adminPort < 0 || adminPort > PORT_MAX) {
                throw new Failure(
                        Exit.USAGE, "--admin-port: %d is no port; 0 to 65535".formatted(adminPort));
            }
            Optional<XdsConfig> xds = file.map(this::load);
            InetSocketAddress at = xds.map(this::address).orElseGet(this::ofOperator);
            Optional<BootstrapTls> tls = xds.isPresent() ? tls(xds.get()) : tlsOfOperator();
            PrintWriter out = spec.commandLine().getOut();
            out.print(
                    grpc
                            ? Bootstrap.grpc(node, at, tls)
                            : Bootstrap.envoy(node, at, adminPort, tls));
            out.flush();
            return Exit.OK;
        }

        private XdsConfig load(Path from) {
            EbbConfig config = RunCommand.load(from, spec.commandLine().getErr());
            return config.xds()
                    .orElseThrow(() ->
                            new Failure(
                                    Exit.USAGE,
                                    "%s has no part 'xds'; add: xds: {listen: 127.0.0.1:18000}"
                                            .formatted(from)));
        }

        /** A name is left to the data plane, which may be the only one that knows it. */
        private InetSocketAddress ofOperator() {
            if (address.isEmpty()) {
                throw new Failure(
                        Exit.USAGE,
                        "there is no FILE; give one, or say with --address where ebb operator"
                                + " serves xDS, such as ebb-xds.ebb-system:18000");
            }
            String text = address.get();
            Optional<String> name = text.contains(":") ? name(text) : Optional.empty();
            int port = Hosts.parse("--address", name.isPresent() ? port(text) : text).getPort();
            return name.map(host -> InetSocketAddress.createUnresolved(host, port))
                    .orElseGet(() -> Hosts.parse("--address", text));
        }

        private static String port(String text) {
            return text.substring(text.lastIndexOf(':'));
        }

        private Optional<BootstrapTls> tlsOfOperator() {
            if (certificate.isPresent() != key.isPresent() || (ca.isEmpty() && key.isPresent())) {
                throw new Failure(
                        Exit.USAGE,
                        "--certificate and --key belong together, and to --ca: who signed Ebb's"
                                + " certificate");
            }
            return ca.map(
                    file -> new BootstrapTls(file, certificate, key, address.flatMap(this::name)));
        }

        private InetSocketAddress address(XdsConfig xds) {
            if (address.isPresent()) {
                return Hosts.parse("--address", address.get());
            }
            if (xds.listen().port() == 0) {
                throw new Failure(
                        Exit.USAGE,
                        "'xds: listen' in %s takes any free port; give it one, so that others know"
                                        .formatted(file.orElseThrow())
                                + " it");
            }
            InetSocketAddress at = Adapters.socketAddress(xds.listen());
            if (at.getAddress().isAnyLocalAddress()) {
                throw new Failure(
                        Exit.USAGE,
                        "'xds: listen' in %s is every network; say with --address where data planes"
                                        .formatted(file.orElseThrow())
                                + " reach it, such as 192.0.2.1:"
                                + at.getPort());
            }
            return at;
        }

        private Optional<BootstrapTls> tls(XdsConfig xds) {
            if (xds.tls().isEmpty()) {
                if (ca.isPresent() || certificate.isPresent() || key.isPresent()) {
                    throw new Failure(
                            Exit.USAGE,
                            "--ca, --certificate and --key are for TLS, and %s has no 'xds: tls'"
                                    .formatted(file.orElseThrow()));
                }
                return Optional.empty();
            }
            if (ca.isEmpty()) {
                throw new Failure(
                        Exit.USAGE,
                        "xDS is served with TLS; say with --ca which file of the data plane has the"
                                + " certificates of who signed Ebb's");
            }
            boolean required = xds.tls().get().clients().verify() == TlsConfig.Verify.REQUIRED;
            if (certificate.isPresent() != key.isPresent() || (required && key.isEmpty())) {
                throw new Failure(
                        Exit.USAGE,
                        required
                                ? "data planes must show a certificate; say with --certificate and"
                                        + " --key where the data plane has its own"
                                : "--certificate and --key belong together");
            }
            return Optional.of(
                    new BootstrapTls(ca.get(), certificate, key, address.flatMap(this::name)));
        }

        /** What a certificate has to be for; an address is known as it is. */
        private Optional<String> name(String text) {
            String host = text.substring(0, text.lastIndexOf(':'));
            boolean literal = host.startsWith("[") || host.matches("[0-9.]*");
            return literal ? Optional.empty() : Optional.of(host);
        }
    }
}
