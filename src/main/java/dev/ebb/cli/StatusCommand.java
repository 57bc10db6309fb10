package dev.ebb.cli;

import dev.ebb.console.AdminClient;
import dev.ebb.console.View;
import dev.ebb.console.Wire;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb status}: everything at a glance. */
@Command(
        name = "status",
        header = "Show services, instances and what is going on.",
        description = {
            "For each service: how many instances serve and how many are wanted, what holds the"
                    + " next step, what the gateway counted since it started; then its instances.",
            "",
            "An instance is STARTING, WARMING, SERVING, PARKING, PARKED (on trial: alive, but gets"
                    + " no requests), DRAINING, STOPPING or FAILED. CPU, MEM and CONC are used /"
                    + " allowed. A figure that is not known is shown as -, never as 0.",
            ""
        })
final class StatusCommand implements Callable<Integer> {
    private static final Duration EVERY = Duration.ofSeconds(1);

    @Spec private CommandSpec spec;
    @Mixin private StateOption state = StateOption.standard();

    @Option(names = "--json", description = "Print JSON, as GET /v1/status of the admin API does.")
    private boolean json;

    @Option(
            names = {"-w", "--watch"},
            description = "Show it anew each second, until Ctrl-C.")
    private boolean watch;

    /** As {@link ProxyCommand#quick}. */
    static Optional<StatusCommand> quick(List<String> args) {
        var command = new StatusCommand();
        var words = new PlainArguments(args);
        while (words.next()) {
            switch (words.name()) {
                case "--json" -> command.json = words.flag();
                case "--watch" -> command.watch = words.flag();
                case "--state" -> command.state = StateOption.of(words.value());
                default -> {
                    return Optional.empty();
                }
            }
        }
        return words.good() ? Optional.of(command) : Optional.empty();
    }

    @Override
    public Integer call() throws InterruptedException {
        return run(spec.commandLine().getOut());
    }

    int run(PrintWriter out) throws InterruptedException {
        Ink ink = Ink.of(Ink.isTerminal());
        var never = new CountDownLatch(1);
        do {
            if (json) {
                View view = state.talk(AdminClient::view);
                out.println(watch ? Wire.write(view) : Wire.pretty(view));
            } else {
                String text = new StatusText(state.talk(AdminClient::view), ink).text();
                // Home, text with the rest of each line cleared, then the rest of the screen.
                out.print(
                        watch && ink.on()
                                ? "\u001B[H" + text.replace("\n", "\u001B[K\n") + "\u001B[J"
                                : text);
            }
            out.flush();
        } while (watch && !never.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
        return Exit.OK;
    }
}
