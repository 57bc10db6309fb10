package dev.ebb.sim.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Policies from files, in the forms of these readers. Immutable. */
public record PolicyFiles(List<PolicyReader> readers) {
    public PolicyFiles {
        readers = List.copyOf(readers);
    }

    /**
     * The policy that the file describes.
     *
     * @throws InputProblem when it is in no form that is known, or not what it seems to be
     * @throws IOException when it cannot be read
     */
    public Contender read(Path file) throws IOException, InputProblem {
        if (!Files.isRegularFile(file)) {
            throw new InputProblem(file.toString(), "there is no such file");
        }
        for (PolicyReader reader : readers) {
            if (reader.accepts(file)) {
                return reader.read(file);
            }
        }
        throw new InputProblem(file.toString(), "is no policy in a form that Ebb reads");
    }
}
