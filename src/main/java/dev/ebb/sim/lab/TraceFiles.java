package dev.ebb.sim.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Every form of recorded load that is known, told apart by how the content begins. */
public final class TraceFiles {
    private static final List<TraceReader> READERS =
            List.of(new PrometheusTraces(), new AccessLogTraces(), new CsvTraces());

    private TraceFiles() {}

    /** The file as a trace, with nothing said beside it. See {@link #read(Path, TraceOptions)}. */
    public static Trace read(Path file) throws IOException, InputProblem {
        return read(file, TraceOptions.DEFAULT).trace();
    }

    /**
     * The file as a trace.
     *
     * @throws InputProblem when it is in no form that is known, or not what it seems to be
     * @throws IOException when it cannot be read
     */
    public static TraceRead read(Path file, TraceOptions options) throws IOException, InputProblem {
        if (!Files.exists(file)) {
            throw new InputProblem(file.toString(), "there is no such file");
        }
        if (!Files.isRegularFile(file)) {
            throw new InputProblem(file.toString(), "is not a file");
        }
        var source = new TraceSource(file);
        try {
            for (TraceReader reader : READERS) {
                if (reader.accepts(source)) {
                    return reader.read(source, options);
                }
            }
        } catch (IOException e) {
            if (TraceSource.isBrokenGzip(e)) {
                throw new InputProblem(
                        file.toString(),
                        "is packed with gzip and cut off or damaged; copy it again");
            }
            throw e;
        }
        throw new InputProblem(
                file.toString(),
                "is in no form that Ebb reads: t_seconds,value; a range query's JSON of Prometheus;"
                        + " an access log in common or combined form; gzip of these");
    }
}
