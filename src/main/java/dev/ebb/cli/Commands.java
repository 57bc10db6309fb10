package dev.ebb.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * All commands, as picocli knows them. Each is a class of its own, listed here. What goes wrong is
 * one line on stderr and an exit code; see {@link Exit}.
 */
@Command(
        name = "ebb",
        header = "Scales microservices in without losing a request.",
        description = {
            "Ebb starts a service's instances, balances the load between them, replaces those that"
                    + " fail, and lets instances go when the load falls: it parks them, watches"
                    + " that nobody misses them, and only then stops them.",
            "",
            "Begin with `ebb demo`; then `ebb run examples/python.yaml`, and look with `ebb"
                    + " status`."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        scope = ScopeType.INHERIT,
        usageHelpAutoWidth = true,
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it worked",
            "1:refused or failed; one line says why",
            "2:the command line or the configuration is wrong",
            "3:no Ebb runs with this state directory"
        })
final class Commands implements Runnable {

    /** In the order in which the help lists them. */
    private static final List<String> COMMANDS =
            List.of(
                    "demo",
                    "run",
                    "proxy",
                    "gateway",
                    "check",
                    "certificate",
                    "xds",
                    "operator",
                    "status",
                    "explain",
                    "replay",
                    "logs",
                    "scale",
                    "approve",
                    "park",
                    "rescue",
                    "restart",
                    "protect",
                    "freeze",
                    "thaw",
                    "upgrade",
                    "stop",
                    "simulate",
                    "backtest",
                    "advise",
                    "convert",
                    "version",
                    "train");

    @Spec private CommandSpec spec;

    private static Object command(String name) {
        return switch (name) {
            case "demo" -> new DemoCommand();
            case "run" -> new RunCommand();
            case "proxy" -> new ProxyCommand();
            case "gateway" -> new GatewayCommand();
            case "check" -> new CheckCommand();
            case "certificate" -> new CertificateCommand();
            case "xds" -> new XdsCommand();
            case "operator" -> new OperatorCommand();
            case "status" -> new StatusCommand();
            case "explain" -> new ExplainCommand();
            case "replay" -> new ReplayCommand();
            case "logs" -> new LogsCommand();
            case "scale" -> new OrderCommands.Scale();
            case "approve" -> new ApproveCommand();
            case "park" -> new OrderCommands.Park();
            case "rescue" -> new OrderCommands.Rescue();
            case "restart" -> new OrderCommands.Restart();
            case "protect" -> new OrderCommands.Protect();
            case "freeze" -> new OrderCommands.Freeze();
            case "thaw" -> new OrderCommands.Thaw();
            case "upgrade" -> new UpgradeCommand();
            case "stop" -> new StopCommand();
            case "simulate" -> new SimulateCommand();
            case "backtest" -> new BacktestCommand();
            case "advise" -> new AdviseCommand();
            case "convert" -> new ConvertCommand();
            case "version" -> new VersionCommand();
            case "train" -> new TrainCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    /**
     * The commands, writing to these. A command that is named by the first argument is alone: the
     * others need not be set up for it.
     */
    static CommandLine commandLine(PrintWriter out, PrintWriter err, String... args) {
        boolean alone = args.length > 0 && COMMANDS.contains(args[0]);
        var all = new CommandLine(new Commands());
        (alone ? List.of(args[0]) : COMMANDS)
                .forEach(name -> all.addSubcommand(name, command(name)));
        Ansi ansi = Ink.of(Ink.isTerminal()).on() ? Ansi.ON : Ansi.OFF;
        return all.setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setParameterExceptionHandler((e, _) -> wrongUsage(e))
                .setExecutionExceptionHandler((e, commandLine, result) -> failed(e, commandLine));
    }

    private static int wrongUsage(ParameterException e) {
        CommandLine commandLine = e.getCommandLine();
        String name = commandLine.getCommandSpec().qualifiedName();
        String said = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
        String near = "";
        if (e instanceof UnmatchedArgumentException unmatched) {
            Optional<String> meant = unmatched.getSuggestions().stream().findFirst();
            near = meant.map(m -> "; did you mean '" + m + "'?").orElse("");
        }
        commandLine.getErr().println("ebb: " + said + near + "; see: " + name + " --help");
        return Exit.USAGE;
    }

    private static int failed(Exception e, CommandLine commandLine) {
        PrintWriter err = commandLine.getErr();
        if (e instanceof Failure failure) {
            return Main.failed(failure, err);
        }
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return Exit.FAILED;
        }
        return Main.unexpected(e, err);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }
}
