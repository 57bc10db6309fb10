package dev.ebb.cli;

import dev.ebb.console.AdminFile;
import java.time.Duration;
import java.util.concurrent.Callable;
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
    private static final Duration LOOK = Duration.ofMillis(50);

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
        long end = System.nanoTime() + LONGEST.toNanos();
        while (runs(admin.pid())) {
            if (System.nanoTime() - end > 0) {
                throw new Failure(
                        Exit.FAILED,
                        "Ebb (pid %d) still ends after %s; see: ebb status"
                                .formatted(admin.pid(), Texts.span(LONGEST)));
            }
            Thread.sleep(LOOK);
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

    /** One that has ended and whose parent has not asked for its exit code runs no program. */
    private static boolean runs(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info().command().isPresent())
                .isPresent();
    }
}
