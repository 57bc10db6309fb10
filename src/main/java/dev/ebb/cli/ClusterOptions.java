package dev.ebb.cli;

import dev.ebb.platform.kubernetes.Access;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which cluster to look at, and how to tell of it. */
final class ClusterOptions {
    @Option(
            names = "--kubernetes",
            description =
                    "Look at a cluster instead: what each of its workloads could do without now,"
                            + " and with --prometheus over the past. Needs the role view only.")
    private boolean kubernetes;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "Of the cluster; otherwise all.")
    private Optional<String> namespace = Optional.empty();

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "How to reach the cluster; otherwise as kubectl does.")
    private Optional<Path> kubeconfig = Optional.empty();

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "Of the kubeconfig; otherwise its current one.")
    private Optional<String> context = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    boolean isGiven() {
        return kubernetes;
    }

    boolean json() {
        return json;
    }

    Optional<String> namespace() {
        return namespace;
    }

    Access access() {
        return new Access(kubeconfig, context);
    }

    void check() {
        boolean more = namespace.isPresent() || kubeconfig.isPresent() || context.isPresent();
        if (more && !kubernetes) {
            throw new Failure(
                    Exit.USAGE, "--namespace, --kubeconfig and --context belong to --kubernetes");
        }
    }
}
