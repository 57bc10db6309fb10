package dev.ebb.sim.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Every form of recorded load that is known, told apart by how the file begins. */
public final class TraceFiles {
    private static final List<TraceReader> READERS = List.of(new CsvTraces());

    private TraceFiles() {}

    /**
     * The file as a trace.
     *
     * @throws InputProblem when it is in no form that is known, or not what it seems to be
     * @throws IOException when it cannot be read
     */
    public static Trace read(Path file) throws IOException, InputProblem {
        if (!Files.exists(file)) {
            throw new InputProblem(file.toString(), "there is no such file");
        }
        if (!Files.isRegularFile(file)) {
            throw new InputProblem(file.toString(), "is not a file");
        }
        for (TraceReader reader : READERS) {
            if (reader.accepts(file)) {
                return reader.read(file);
            }
        }
        throw new InputProblem(
                file.toString(), "is in no form that Ebb reads; the simplest is t_seconds,value");
    }
}
