package dev.ebb.sim.lab;

import java.io.IOException;

/** Reads one form of recorded load. Safe for use by several threads. */
public sealed interface TraceReader permits CsvTraces, PrometheusTraces, AccessLogTraces {

    /** Whether this looks like its form; reads no more than a beginning of it. */
    boolean accepts(TraceSource source) throws IOException;

    /**
     * The source as a trace, named by {@link TraceSource#name}. Needs no memory beyond the steps of
     * the trace, however large the source is.
     *
     * @throws InputProblem when it cannot be understood, with the line
     * @throws IOException when it cannot be read
     */
    TraceRead read(TraceSource source, TraceOptions options) throws IOException, InputProblem;
}
