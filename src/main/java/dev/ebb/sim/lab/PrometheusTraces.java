package dev.ebb.sim.lab;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what Prometheus answers to a range query ({@code resultType: matrix}), as its HTTP API and
 * {@code promtool query range -o json} give it. Several series are added up, or chosen by their
 * labels; a series that has no value at a time adds nothing. Times at which none has a value are
 * gaps, as are NaN and infinite values.
 */
public final class PrometheusTraces implements TraceReader {

    @Override
    public boolean accepts(TraceSource source) throws IOException {
        String head = source.head().stripLeading();
        boolean answer = head.contains("\"data\"") || head.contains("\"status\"");
        boolean list =
                head.startsWith("[")
                        && head.substring(1).stripLeading().startsWith("{")
                        && head.contains("\"metric\"");
        return (head.startsWith("{") && answer) || list;
    }

    @Override
    public TraceRead read(TraceSource source, TraceOptions options)
            throws IOException, InputProblem {
        Matrix matrix;
        try (InputStream in = source.open()) {
            matrix = Matrix.read(in, source.place(), options.series());
        }
        return read(source, matrix, options);
    }

    /** From an answer that was read before. */
    static TraceRead read(TraceSource source, Matrix matrix, TraceOptions options)
            throws InputProblem {
        if (matrix.chosen() == 0) {
            throw new InputProblem(source.place(), nothing(matrix, options));
        }
        Trace trace =
                new Grid(
                                source,
                                matrix.times(),
                                matrix.values(),
                                matrix.size(),
                                i -> source.place() + ": at " + Grid.text(matrix.times()[i]))
                        .trace("a trace needs values at two times or more");
        return new TraceRead(trace, notes(source, matrix));
    }

    private static String nothing(Matrix matrix, TraceOptions options) {
        if (matrix.seen() == 0) {
            return "the result is empty: no series matched the query in this time";
        }
        return "no series has "
                + options.series()
                + "; there are, for example, "
                + String.join(", ", matrix.examples());
    }

    private static List<String> notes(TraceSource source, Matrix matrix) {
        List<String> notes = new ArrayList<>();
        if (matrix.chosen() > 1) {
            notes.add(
                    source.place()
                            + ": "
                            + matrix.chosen()
                            + " series added up; --series LABEL=VALUE chooses among them");
        }
        if (matrix.unusable() > 0) {
            notes.add(
                    source.place()
                            + ": "
                            + matrix.unusable()
                            + " values are NaN or infinite and count as missing");
        }
        return notes;
    }
}
