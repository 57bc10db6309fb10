package dev.ebb.cli;

import dev.ebb.config.GatewayConfig;
import dev.ebb.console.AdminFile;
import dev.ebb.console.UpgradeOrder;
import dev.ebb.console.Wire;
import dev.ebb.control.Order;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb upgrade}: another process takes over from the running Ebb. */
@Command(
        name = "upgrade",
        header = "Put another process of Ebb in place of the running one, without a lost request.",
        description = {
            "Starts this program (the one that you run this command with) beside the running Ebb,"
                    + " with the same configuration file. The new one takes over, in this order:"
                    + " the listening sockets, the lock and the journal, the instances, and last"
                    + " the new connections. The old one answers what it has begun, and ends. The"
                    + " instances run on.",
            "",
            "An `ebb proxy` is upgraded in the same way if it was started with --state; it begins"
                    + " anew with the command line that it has.",
            "",
            "Whatever goes wrong before the new one is in charge, it is ended, and the old one goes"
                    + " on as before. While the old one still answers requests, the new one lets no"
                    + " instance go.",
            "",
            "A step is one line: started, received (it has the sockets), prepared (it has read its"
                    + " configuration), released (the old one has given up control), ready (the"
                    + " new one has it), in charge, draining, left.",
            ""
        })
final class UpgradeCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(50);

    /** Steps that the limit of one step does not cover: ending the new one, taking back. */
    private static final Duration SLACK = Duration.ofSeconds(40);

    private static final int STEPS = 8;

    /** The old process may have to answer for hours; nobody has to watch. */
    private static final Duration DRAIN_SHOWN = Duration.ofSeconds(45);

    @Spec private CommandSpec spec;
    @Mixin private StateOption state;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Another configuration file than the running Ebb has.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--program",
            paramLabel = "FILE",
            description = "The ebb to start; without it, the one that runs this command.")
    private Optional<Path> program = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "How long each step may take before the old one takes back what it gave, 1 to"
                            + " 600: ${DEFAULT-VALUE} unless you say otherwise.")
    private int timeout = 30;

    @Option(names = "--json", description = "Print each step as a JSON object.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        if (timeout < 1 || timeout > 600) {
            throw new Failure(Exit.USAGE, "--timeout is 1 to 600 seconds, not " + timeout);
        }
        PrintWriter out = spec.commandLine().getOut();
        // Read here first: what is wrong with it is then told here, and nothing has begun.
        config.ifPresent(this::checkConfig);
        AdminFile old = state.running();
        var order =
                new UpgradeOrder(
                        program().toString(),
                        config.map(file -> file.toAbsolutePath().normalize().toString()),
                        Duration.ofSeconds(timeout));
        if (state.talk(client -> client.upgrade(order))
                instanceof Order.Answer.Refused(String why)) {
            throw new Failure(Exit.FAILED, why);
        }
        return follow(old.pid(), out);
    }

    private void checkConfig(Path file) {
        GatewayConfig.Transport transport =
                RunCommand.load(file, spec.commandLine().getErr()).gateway().transport();
        if (transport != GatewayConfig.Transport.AUTO
                && transport != GatewayConfig.Transport.EPOLL) {
            throw new Failure(
                    Exit.USAGE,
                    "%s: the transport %s cannot take over sockets; use EPOLL"
                                    .formatted(file, transport)
                            + " ('gateway.transport'), or restart Ebb instead; nothing was"
                            + " started");
        }
    }

    private Path program() {
        Optional<Path> own =
                Optional.ofNullable(System.getProperty("ebb.home"))
                        .map(home -> Path.of(home, "ebb"));
        return program.or(() -> own)
                .orElseThrow(() ->
                        new Failure(
                                Exit.USAGE, "which ebb is to be started? say it with --program"))
                .toAbsolutePath()
                .normalize();
    }

    private int follow(long old, PrintWriter out) throws InterruptedException {
        List<UpgradeProgress.Line> seen = new ArrayList<>();
        Duration limit = Duration.ofSeconds(timeout).multipliedBy(STEPS).plus(SLACK);
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() - end < 0) {
            boolean lives = ProcessHandle.of(old).filter(ProcessHandle::isAlive).isPresent();
            List<UpgradeProgress.Line> now = steps();
            int known = Math.min(seen.size(), now.size());
            for (UpgradeProgress.Line line : now.subList(known, now.size())) {
                show(line, seen.isEmpty() ? 0 : seen.getLast().afterMs(), out);
                seen.add(line);
                if (line.inCharge()) {
                    end = System.nanoTime() + DRAIN_SHOWN.toNanos();
                }
            }
            Optional<Integer> code = outcome(seen, lives, old);
            if (code.isPresent()) {
                return code.get();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
        if (seen.stream().anyMatch(UpgradeProgress.Line::inCharge)) {
            if (!json) {
                out.println(
                        "pid %d goes on with what is open; nothing is let go until it has ended"
                                .formatted(old));
            }
            return Exit.OK;
        }
        throw new Failure(
                Exit.FAILED,
                "the upgrade has not come to an end within %s; see: ebb status"
                        .formatted(Texts.span(limit)));
    }

    private Optional<Integer> outcome(List<UpgradeProgress.Line> seen, boolean lives, long old) {
        if (!seen.isEmpty() && seen.getLast().failed()) {
            throw new Failure(Exit.FAILED, "the upgrade failed: " + seen.getLast().text());
        }
        if (!seen.isEmpty() && seen.getLast().left()) {
            return Optional.of(Exit.OK);
        }
        if (lives) {
            return Optional.empty();
        }
        if (seen.stream().anyMatch(UpgradeProgress.Line::inCharge)) {
            return Optional.of(Exit.OK);
        }
        throw new Failure(
                Exit.FAILED,
                "the old Ebb (pid %d) ended in the midst of the upgrade; see: ebb status"
                        .formatted(old));
    }

    private List<UpgradeProgress.Line> steps() {
        try {
            return UpgradeProgress.read(state.path());
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "the upgrade goes on, but its progress cannot be read: " + e.getMessage());
        }
    }

    private void show(UpgradeProgress.Line line, long before, PrintWriter out) {
        if (json) {
            out.println(Wire.write(line));
        } else if (!line.failed()) {
            double took = (line.afterMs() - before) / 1e3;
            out.println(
                    String.format(
                            Locale.ROOT, "%-10s %6.2f s  %s", line.step(), took, line.text()));
        }
        out.flush();
    }
}
