package dev.ebb.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the running program is started anew, to take over from it.
 *
 * @param name the command's
 * @param file the configuration, an absolute path; empty where the command line is all there is
 * @param options besides, with the state directory
 */
record Successor(String name, Optional<Path> file, List<String> options) {
    /** The option that tells a new process where the old one waits. */
    static final String TAKE_OVER = "--take-over";

    Successor {
        options = List.copyOf(options);
    }

    /**
     * An {@code ebb run}.
     *
     * @param state the folder, an absolute path
     * @param more options besides
     */
    static Successor run(Path file, Path state, List<String> more) {
        List<String> options = new ArrayList<>(List.of("--state", state.toString()));
        options.addAll(more);
        return new Successor("run", Optional.of(file), options);
    }

    /**
     * An {@code ebb proxy} with the same options.
     *
     * @param words its command line, without the command's name
     */
    static Successor proxy(List<String> words) {
        List<String> options = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals(TAKE_OVER)) {
                i++;
            } else if (!words.get(i).startsWith(TAKE_OVER + "=")) {
                options.add(words.get(i));
            }
        }
        return new Successor("proxy", Optional.empty(), options);
    }

    /**
     * @param program the new one
     * @param other another configuration
     * @param door where the old process waits
     */
    List<String> command(String program, Optional<String> other, Path door) {
        List<String> words = new ArrayList<>(List.of(program, name));
        other.or(() -> file.map(Path::toString)).ifPresent(words::add);
        words.addAll(options);
        words.add(TAKE_OVER);
        words.add(door.toString());
        return words;
    }
}
