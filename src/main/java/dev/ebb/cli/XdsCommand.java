package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.config.XdsConfig;
import dev.ebb.xds.Bootstrap;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
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
        private static final Pattern NODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
        private static final int PORT_MAX = 65_535;

        @Spec private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "The configuration, in YAML.")
        private Path file = Path.of("");

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

        @Option(names = "--grpc", description = "For a gRPC client without a proxy, in JSON.")
        private boolean grpc;

        @Override
        public Integer call() {
            if (!NODE.matcher(node).matches()) {
                throw new Failure(
                        Exit.USAGE,
                        "--node: '%s' is no name; use letters, digits, '.', '_' and '-'"
                                .formatted(node));
            }
            if (adminPort < 0 || adminPort > PORT_MAX) {
                throw new Failure(
                        Exit.USAGE, "--admin-port: %d is no port; 0 to 65535".formatted(adminPort));
            }
            PrintWriter err = spec.commandLine().getErr();
            EbbConfig config = RunCommand.load(file, err);
            XdsConfig xds =
                    config.xds()
                            .orElseThrow(() ->
                                    new Failure(
                                            Exit.USAGE,
                                            "%s has no part 'xds'; add: xds: {listen:"
                                                            .formatted(file)
                                                    + " 127.0.0.1:18000}"));
            if (xds.listen().port() == 0) {
                throw new Failure(
                        Exit.USAGE,
                        "'xds: listen' in %s takes any free port; give it one, so that others know"
                                        .formatted(file)
                                + " it");
            }
            InetSocketAddress at = Adapters.socketAddress(xds.listen());
            PrintWriter out = spec.commandLine().getOut();
            out.print(grpc ? Bootstrap.grpc(node, at) : Bootstrap.envoy(node, at, adminPort));
            out.flush();
            return Exit.OK;
        }
    }
}
