package dev.ebb.cli;

import dev.ebb.console.AdminFile;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb stop}: ends the running Ebb in order. */
@Command(
        name = "stop",
        header = "End the running Ebb in order, and wait for it.",
        description = {
            "The gateway takes no more connections and answers what is in flight; then the"
                    + " instances are stopped, unless they are kept.",
            ""
        })
final class StopCommand implements Callable<Integer> {
    private static final Duration LONGEST = Duration.ofMinutes(3);

    @Spec private CommandSpec spec;
    @Mixin private StateOption state;

    @Option(
            names = "--keep-instances",
            description = "Leave them running; the next `ebb run` takes them over.")
    private boolean keep;

    @Override
    public Integer call() throws InterruptedException {
        AdminFile admin = state.running();
        state.talk(client -> {
            client.stop(keep);
            return true;
        });
        var process = ProcessHandle.of(admin.pid());
        try {
            if (process.isPresent()) {
                process.get().onExit().get(LONGEST.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (TimeoutException | ExecutionException e) {
            throw new Failure(
                    Exit.FAILED,
                    "Ebb (pid %d) still ends after %s; see: ebb status"
                            .formatted(admin.pid(), Texts.span(LONGEST)));
        }
        spec.commandLine()
                .getOut()
                .println(
                        keep
                                ? "Ebb has ended; its instances run on, and the next ebb run takes"
                                        + " them over"
                                : "Ebb and its instances have ended");
        return Exit.OK;
    }
}
