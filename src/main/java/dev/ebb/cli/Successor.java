package dev.ebb.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the running program is started anew, to take over from it.
 *
 * @param file the configuration, an absolute path
 * @param state the folder, an absolute path
 * @param options of `ebb run`, besides these
 */
record Successor(Path file, Path state, List<String> options) {
    /** The option that tells a new process where the old one waits. */
    static final String TAKE_OVER = "--take-over";

    Successor {
        options = List.copyOf(options);
    }

    /**
     * @param program the new one
     * @param other another configuration
     * @param door where the old process waits
     */
    List<String> command(String program, Optional<String> other, Path door) {
        List<String> words = new ArrayList<>();
        words.add(program);
        words.add("run");
        words.add(other.orElse(file.toString()));
        words.add("--state");
        words.add(state.toString());
        words.addAll(options);
        words.add(TAKE_OVER);
        words.add(door.toString());
        return words;
    }
}
