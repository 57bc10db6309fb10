package dev.ebb.cli;

import dev.ebb.console.AdminFile;
import dev.ebb.console.AdminServer;
import dev.ebb.console.Backend;
import dev.ebb.console.ProbeServer;
import dev.ebb.console.ScrapeServer;
import dev.ebb.core.Now;
import dev.ebb.platform.kubernetes.Access;
import dev.ebb.platform.kubernetes.Operator;
import dev.ebb.platform.kubernetes.OperatorPorts;
import dev.ebb.xds.OrcaReports;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb operator}: looks after the ServiceScales of a Kubernetes cluster. */
@Command(
        name = "operator",
        header = "Scale workloads of a Kubernetes cluster in.",
        description = {
            "Looks after every ServiceScale of the namespaces: parks pods by a readiness gate,"
                    + " watches that nobody misses them, and then removes exactly those. What it"
                    + " needs and may is in docs/kubernetes.md.",
            ""
        })
final class OperatorCommand implements Callable<Integer> {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final Path ACCOUNT =
            Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");
    private static final Duration GOOD = Duration.ofSeconds(15);
    private static final Duration MARGIN = Duration.ofSeconds(5);
    private static final Duration RENEW = Duration.ofSeconds(2);
    private static final Duration END = Duration.ofSeconds(15);
    private static final Pattern LEASE_NAME = Pattern.compile("[a-z0-9-]{1,63}/[a-z0-9.-]{1,253}");
    private static final int PORT_MAX = 65_535;

    @Spec private CommandSpec spec;

    @Mixin private StateOption state;

    @Mixin private OperatorXds xds;

    @Mixin private OperatorPrometheus prometheus;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description =
                    "How to reach the API server; otherwise as kubectl does, and in a pod by its"
                            + " service account.")
    private Optional<Path> kubeconfig = Optional.empty();

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "Of the kubeconfig; otherwise its current one.")
    private Optional<String> context = Optional.empty();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            split = ",",
            description = "Only these namespaces; may be given several times. Otherwise all.")
    private List<String> namespaces = new ArrayList<>();

    @Option(
            names = "--lease",
            paramLabel = "NAMESPACE/NAME",
            description =
                    "The Lease by which one of several replicas acts; ebb in the pod's own"
                            + " namespace, or else in 'default', unless said otherwise.")
    private Optional<String> lease = Optional.empty();

    @Option(names = "--alone", description = "Without a Lease: there is no other replica.")
    private boolean alone;

    @Option(
            names = "--tick",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "Milliseconds between two decisions; 1000 by default.")
    private int tick;

    @Option(
            names = "--metrics-every",
            paramLabel = "MS",
            defaultValue = "10000",
            description =
                    "Milliseconds between two questions to the metrics API; 10000 by default.")
    private int metricsEvery;

    @Option(
            names = "--metrics-pods",
            paramLabel = "N",
            defaultValue = "2000",
            description =
                    "Pods up to which each has metrics of its own; 2000 by default. With more, only"
                            + " those that are not simply in rotation and well.")
    private int metricsPods;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Of the admin API, on 127.0.0.1; any free one by default.")
    private int adminPort;

    @Option(
            names = "--probe-port",
            paramLabel = "PORT",
            description = "Serve /healthz for a kubelet on this port, on all addresses.")
    private Optional<Integer> probePort = Optional.empty();

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description =
                    "Serve /metrics, and nothing else, for a Prometheus on this port, on all"
                            + " addresses.")
    private Optional<Integer> metricsPort = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        check();
        try (StateLock _ = StateLock.take(state.path())) {
            return run(open());
        }
    }

    private Integer run(Operator operator) throws InterruptedException {
        Path folder = state.path();
        var ended = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        var view = new OperatorView(operator, String.join(", ", namespaces));
        var backend =
                new Backend(view::view, view::order, _ -> ended.countDown(), operator::trouble)
                        .withSeriesMax(metricsPods);
        try (Ports _ = ports(operator, backend);
                AdminServer admin = admin(backend, folder)) {
            Exit.inOrder(() -> end(ended, done));
            operator.start();
            spec.commandLine().getOut().println(hello(admin));
            spec.commandLine().getOut().flush();
            ended.await();
            AdminFile.remove(folder);
            return Exit.OK;
        } catch (Access.RefusedException e) {
            throw new Failure(Exit.FAILED, e.why());
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "in %s: %s".formatted(folder, e));
        } finally {
            // Last of all, and in any case: the signal's thread ends the process then.
            operator.close();
            done.countDown();
        }
    }

    /** Ends in order on SIGTERM: the lease is given back, and pods stay as they are. */
    private static boolean end(CountDownLatch ended, CountDownLatch done) {
        ended.countDown();
        try {
            return done.await(END.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void check() {
        bound("--tick", tick, 100, 60_000);
        bound("--metrics-every", metricsEvery, 500, 600_000);
        bound("--metrics-pods", metricsPods, 0, 1_000_000);
        bound("--admin-port", adminPort, 0, PORT_MAX);
        probePort.ifPresent(port -> bound("--probe-port", port, 1, PORT_MAX));
        metricsPort.ifPresent(port -> bound("--metrics-port", port, 1, PORT_MAX));
        if (alone && lease.isPresent()) {
            throw new Failure(
                    Exit.USAGE,
                    "--alone is without a Lease, and --lease names one: give one of them");
        }
        lease.filter(l -> !LEASE_NAME.matcher(l).matches())
                .ifPresent(l -> {
                    throw new Failure(
                            Exit.USAGE,
                            "--lease: '%s' is not NAMESPACE/NAME, as in ebb-system/ebb"
                                    .formatted(l));
                });
    }

    private static void bound(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new Failure(
                    Exit.USAGE,
                    "%s: %d is not from %d to %d".formatted(option, value, least, most));
        }
    }

    private Operator open() {
        String version = BuildInfo.load().version();
        var settings =
                new Operator.Settings(
                        namespaces,
                        Duration.ofMillis(tick),
                        Duration.ofMillis(metricsEvery),
                        alone ? Optional.empty() : Optional.of(leaseSettings()),
                        identity(),
                        version);
        try {
            return Operator.open(
                    new Access(kubeconfig, context),
                    settings,
                    () -> new Now(System.nanoTime(), System.currentTimeMillis()),
                    this::log,
                    new OperatorPorts(
                            xds.planes(),
                            prometheus.monitoring(),
                            new OrcaReports(RandomGenerator.getDefault())));
        } catch (Access.RefusedException e) {
            throw new Failure(Exit.FAILED, e.why());
        }
    }

    private void log(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(CLOCK.format(LocalTime.now(ZoneId.systemDefault())) + "  " + line);
        out.flush();
    }

    private Operator.LeaseSettings leaseSettings() {
        String where = lease.orElseGet(() -> ownNamespace() + "/ebb");
        int slash = where.indexOf('/');
        return new Operator.LeaseSettings(
                where.substring(0, slash), where.substring(slash + 1), GOOD, MARGIN, RENEW);
    }

    private static String ownNamespace() {
        try {
            return Files.readString(ACCOUNT).strip();
        } catch (IOException e) {
            return "default";
        }
    }

    /** No other replica has it, and no other life of this one. */
    private static String identity() {
        String host = Optional.ofNullable(System.getenv("HOSTNAME")).orElse("ebb");
        return host + "_" + UUID.randomUUID().toString().substring(0, 8);
    }

    private AdminServer admin(Backend backend, Path folder) throws IOException {
        String token = AdminFile.newToken();
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), adminPort);
        AdminServer server = AdminServer.start(address, token, backend);
        InetSocketAddress real = server.address();
        new AdminFile(
                        real.getAddress().getHostAddress(),
                        real.getPort(),
                        ProcessHandle.current().pid(),
                        token)
                .write(folder);
        return server;
    }

    private Ports ports(Operator operator, Backend backend) {
        var ports = new Ports();
        probePort.ifPresent(port ->
                ports.open(
                        "--probe-port",
                        port,
                        at -> ProbeServer.start(at, operator::trouble)::close));
        metricsPort.ifPresent(port ->
                ports.open("--metrics-port", port, at -> ScrapeServer.start(at, backend)::close));
        return ports;
    }

    private String hello(AdminServer admin) {
        return "ebb %s  pid %d, %s, admin at http://%s"
                .formatted(
                        BuildInfo.load().version(),
                        ProcessHandle.current().pid(),
                        namespaces.isEmpty()
                                ? "all namespaces"
                                : "namespace " + String.join(", ", namespaces),
                        Wiring.text(admin.address()));
    }
}
