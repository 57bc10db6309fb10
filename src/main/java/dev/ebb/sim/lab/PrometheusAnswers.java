package dev.ebb.sim.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

/** Several answers of Prometheus to one query, over times that follow each other. One thread. */
public final class PrometheusAnswers {
    private Matrix matrix = Matrix.EMPTY;

    /**
     * Reads one answer.
     *
     * @param place for messages
     * @throws InputProblem when it is none
     */
    public void add(InputStream in, String place) throws IOException, InputProblem {
        matrix = matrix.plus(Matrix.read(in, place, Map.of()));
    }

    /** All of them as one trace. */
    public TraceRead trace(String name) throws InputProblem {
        return PrometheusTraces.read(new TraceSource(Path.of(name)), matrix, TraceOptions.DEFAULT);
    }
}
