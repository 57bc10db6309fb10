package dev.ebb.cli;

import dev.ebb.console.AdminClient;
import dev.ebb.console.AdminFile;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that tells one Ebb from another, and the way to the one that runs. */
final class StateOption {
    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = "${EBB_STATE:-.ebb}",
            description =
                    "Where Ebb keeps its journal, logs and lock: ${DEFAULT-VALUE} unless the"
                            + " variable EBB_STATE says otherwise.")
    private Path state = Path.of(".ebb");

    static StateOption of(String folder) {
        var option = new StateOption();
        option.state = Path.of(folder);
        return option;
    }

    /** What it is when nothing is said. */
    static StateOption standard() {
        return of(Optional.ofNullable(System.getenv("EBB_STATE")).orElse(".ebb"));
    }

    Path path() {
        return state;
    }

    interface Talk<T> {
        T with(AdminClient client) throws IOException;
    }

    /** Speaks to the running Ebb. */
    <T> T talk(Talk<T> talk) {
        try {
            return talk.with(new AdminClient(running()));
        } catch (ConnectException e) {
            throw notRunning();
        } catch (SocketTimeoutException e) {
            throw new Failure(
                    Exit.FAILED,
                    "Ebb%s does not answer; is the machine overloaded?".formatted(pid()));
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "Ebb%s: %s".formatted(pid(), e.getMessage()));
        }
    }

    /** What the running Ebb says, or nothing when none runs. */
    <T> Optional<T> talkIfRunning(Talk<T> talk) {
        try {
            return Optional.of(talk(talk));
        } catch (Failure e) {
            if (e.code() == Exit.NOT_RUNNING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    AdminFile running() {
        try {
            return AdminFile.find(state).orElseThrow(this::notRunning);
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "%s cannot be read; are you the user that Ebb runs as?"
                            .formatted(state.resolve("admin.json")));
        }
    }

    private String pid() {
        return StateLock.holder(state).map(p -> " (pid " + p + ")").orElse("");
    }

    private Failure notRunning() {
        return new Failure(
                Exit.NOT_RUNNING,
                "no Ebb runs with the state directory %s; start one with: ebb run FILE"
                        .formatted(state));
    }
}
