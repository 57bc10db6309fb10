package dev.ebb.sim.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Every form of recorded load that is known, told apart by how the content begins. */
public final class TraceFiles {
    private static final List<TraceReader> READERS =
            List.of(new PrometheusTraces(), new AccessLogTraces(), new CsvTraces());

    private static final String FORMS =
            "t_seconds,value; a range query's JSON of Prometheus; an access log in common or"
                    + " combined form; gzip of these";

    /** Characters of a first line that a message repeats. */
    private static final int SHOWN = 60;

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
        throw new InputProblem(file.toString(), noForm(source.head()));
    }

    /** What is there instead of a form, so that nobody has to open the file to see. */
    private static String noForm(String head) {
        String first =
                head.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .findFirst()
                        .orElse("");
        if (first.isEmpty()) {
            return "has no line of load in it; it wants " + FORMS;
        }
        boolean text = first.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 127));
        String shown = first.length() > SHOWN ? first.substring(0, SHOWN) + "..." : first;
        return "is in no form that Ebb reads: "
                + FORMS
                + (text ? "; it begins with '" + shown + "'" : "; it is no text");
    }
}
