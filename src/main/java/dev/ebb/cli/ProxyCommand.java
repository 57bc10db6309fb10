package dev.ebb.cli;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewaySettings;
import dev.ebb.gateway.GatewayStartException;
import dev.ebb.gateway.Protocol;
import dev.ebb.gateway.StaticGateway;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code ebb proxy}: the gateway alone. What is not needed for the first answer (the admin API,
 * logging) is not even loaded before somebody asks for it.
 */
@Command(
        name = "proxy",
        header = "Balance the load between fixed addresses, and nothing more.",
        description = {
            "The gateway alone: it starts no instances, keeps no state and scales nothing. Requests"
                    + " go to the addresses of --to; those that fail are taken out of rotation and"
                    + " brought back, and requests that were provably not processed are tried"
                    + " elsewhere.",
            "",
            "Each address is checked every 2 s: by a TCP connect, or with --check by a GET that"
                    + " must answer 2xx or 3xx. 3 bad checks take it out, 2 good ones bring it"
                    + " back. All get requests from the start, before the first check.",
            "",
            "Ctrl-C or SIGTERM ends it in order: nothing new is accepted, what is in flight is"
                    + " answered. With --state, `ebb stop` does, too, and `ebb upgrade` puts"
                    + " another process in its place.",
            "",
            "  ebb proxy --listen 127.0.0.1:8080 --to 127.0.0.1:9001,127.0.0.1:9002",
            ""
        })
final class ProxyCommand implements Callable<Integer> {
    private static final int ENDPOINTS_MAX = 1000;

    @Spec private CommandSpec spec;

    @Mixin private GatewayOptions common = new GatewayOptions();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            split = ",",
            defaultValue = "127.0.0.1:8080",
            description = "Where to listen, one or more: ${DEFAULT-VALUE} by default. Port 0: any.")
    private List<String> listen = List.of("127.0.0.1:8080");

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            split = ",",
            required = true,
            description =
                    "Where requests go: host:port, one or more. Names are looked up once, at the"
                            + " start.")
    private List<String> to = List.of();

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "http1",
            description =
                    "What the addresses of --to speak: http1 (the default), or http2 from the first"
                            + " byte, which gRPC needs.")
    private String protocol = "http1";

    @Option(
            names = "--check",
            paramLabel = "PATH",
            description = "Check with GET PATH instead of a TCP connect.")
    private Optional<String> check = Optional.empty();

    @Option(
            names = "--upgrade-drain",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description =
                    "How long they may go on when another process has taken over, see"
                            + " `ebb upgrade`; then what is open is cut: ${DEFAULT-VALUE} s by"
                            + " default.")
    private int upgradeDrainSeconds = 3600;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "A folder of its own, by which `ebb upgrade`, `ebb stop` and `ebb status` find"
                            + " it; by default none, and they do not.")
    private Optional<Path> state = Optional.empty();

    @Option(
            names = Successor.TAKE_OVER,
            paramLabel = "DIR",
            hidden = true,
            description = "Take over from the Ebb that waits there; see `ebb upgrade`.")
    private Optional<Path> takeOver = Optional.empty();

    private List<String> words = List.of();

    /** Everything that it needs to know, checked. */
    record Plan(
            GatewaySettings settings,
            BalancePolicy policy,
            Protocol protocol,
            List<InetSocketAddress> to,
            GatewayOptions.Shown shown,
            Duration shutdown,
            Duration upgradeDrain,
            Optional<Path> state,
            Optional<Path> takeOver) {}

    /**
     * The command of a plain command line, read without picocli, which takes longer than the rest
     * of a start.
     *
     * @return empty when picocli has to say something about it: help, or what is wrong
     */
    static Optional<ProxyCommand> quick(List<String> args) {
        var command = new ProxyCommand();
        command.words = args;
        var words = new PlainArguments(args);
        while (words.next()) {
            if (!command.take(words.name(), words)) {
                return Optional.empty();
            }
        }
        return words.good() && !command.to.isEmpty() ? Optional.of(command) : Optional.empty();
    }

    private boolean take(String name, PlainArguments args) {
        switch (name) {
            case "--listen" -> listen = args.list();
            case "--to" -> to = args.list();
            case "--protocol" -> protocol = args.value();
            case "--check" -> check = Optional.of(args.value());
            case "--upgrade-drain" -> upgradeDrainSeconds = args.number();
            case "--state" -> state = Optional.of(Path.of(args.value()));
            case Successor.TAKE_OVER -> takeOver = Optional.of(Path.of(args.value()));
            default -> {
                return common.take(name, args);
            }
        }
        return true;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<String> all = spec.commandLine().getParseResult().originalArgs();
        words = List.copyOf(all.subList(all.indexOf(spec.name()) + 1, all.size()));
        return run(spec.commandLine().getOut(), spec.commandLine().getErr());
    }

    int run(PrintWriter out, PrintWriter err) throws InterruptedException {
        Plan plan = plan();
        if (plan.state().isPresent()) {
            return ProxyProcess.run(plan, words, out, err);
        }
        Gateway opened = open(plan);
        var manager = new ServiceNotice(err);
        var ended = new CountDownLatch(1);
        try (var page = page(plan, opened)) {
            endOnSignal(opened, plan.shutdown(), err, manager, ended);
            out.println(hello(opened, plan.to(), page));
            out.flush();
            manager.ready();
            ended.await();
        }
        return Exit.OK;
    }

    Plan plan() {
        if (upgradeDrainSeconds < 0 || upgradeDrainSeconds > 86_400) {
            throw new Failure(
                    Exit.USAGE,
                    "--upgrade-drain is from 0 to 86400 seconds, not " + upgradeDrainSeconds);
        }
        if (takeOver.isPresent() && state.isEmpty()) {
            throw new Failure(Exit.USAGE, Successor.TAKE_OVER + " needs --state");
        }
        return new Plan(
                common.settings(Hosts.parse("--listen", listen, GatewayOptions.LISTENERS_MAX)),
                policy(),
                GatewayOptions.word("--protocol", protocol, Protocol.values()),
                Hosts.parse("--to", to, ENDPOINTS_MAX),
                common.shown(),
                common.shutdown(),
                Duration.ofSeconds(upgradeDrainSeconds),
                state,
                takeOver);
    }

    static Gateway open(Plan plan) {
        try {
            return StaticGateway.start(plan.settings(), plan.policy(), plan.protocol(), plan.to());
        } catch (GatewayStartException e) {
            throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** The page is opened last, and takes the gateway with it when that fails. */
    private static AdminPage page(Plan plan, Gateway gateway) {
        try {
            return AdminPage.open(plan.shown(), new ProxyPlane(gateway, plan.to()));
        } catch (Failure e) {
            gateway.close(Duration.ZERO);
            throw e;
        }
    }

    private BalancePolicy policy() {
        check.filter(path -> !path.matches("/[!-~]*"))
                .ifPresent(path -> {
                    throw new Failure(
                            Exit.USAGE, "--check is a path such as /health, not '" + path + "'");
                });
        BalancePolicy defaults = BalancePolicy.DEFAULT;
        CheckPolicy checks = defaults.check();
        return new BalancePolicy(
                common.strategy(),
                defaults.slowStart(),
                new CheckPolicy(
                        check,
                        checks.interval(),
                        checks.timeout(),
                        checks.jitter(),
                        checks.rise(),
                        checks.fall()),
                defaults.ejection(),
                defaults.retry());
    }

    private static void endOnSignal(
            Gateway gateway,
            Duration shutdown,
            PrintWriter err,
            ServiceNotice manager,
            CountDownLatch ended) {
        Exit.inOrder(() -> {
            manager.stopping();
            close(gateway, shutdown, err);
            ended.countDown();
            return true;
        });
    }

    /** Answers what is in flight, for so long at most, and tells what it had to cut. */
    static void close(Gateway gateway, Duration limit, PrintWriter err) {
        int cut = gateway.close(limit);
        if (cut > 0) {
            err.println(
                    "ebb: %s closed after %d s"
                            .formatted(Texts.count(cut, "connection"), limit.toSeconds()));
            err.flush();
        }
    }

    /** Where it listens, as URLs. */
    static String listening(Gateway gateway) {
        var text = new StringBuilder();
        String before = "http://";
        for (InetSocketAddress address : gateway.addresses()) {
            text.append(before).append(Wiring.text(address));
            before = ", http://";
        }
        gateway.tlsAddress().ifPresent(a -> text.append(", https://").append(Wiring.text(a)));
        return text.toString();
    }

    static String hello(Gateway gateway, List<InetSocketAddress> to, AdminPage page) {
        var text = new StringBuilder("ebb proxy  pid ").append(ProcessHandle.current().pid());
        text.append(", listening at ").append(listening(gateway));
        text.append(", to ").append(Texts.count(to.size(), "endpoint"));
        page.address().ifPresent(a -> text.append(", admin at http://").append(Wiring.text(a)));
        return text.toString();
    }
}
