package dev.ebb.sim.lab;

import java.io.IOException;
import java.nio.file.Path;

/** Reads one form of recorded load. Safe for use by several threads. */
public interface TraceReader {

    /** Whether this file looks like its form; reads no more than a beginning of it. */
    boolean accepts(Path file) throws IOException;

    /**
     * The file as a trace, named by the file's stem.
     *
     * @throws InputProblem when it cannot be understood, with the line
     * @throws IOException when it cannot be read
     */
    Trace read(Path file) throws IOException, InputProblem;
}
