package dev.ebb.sim.lab;

import java.io.IOException;
import java.nio.file.Path;

/** Reads one form of policy. Safe for use by several threads. */
public interface PolicyReader {

    /** Whether this file looks like its form. */
    boolean accepts(Path file) throws IOException;

    /**
     * The policy that the file describes, named by the file's stem.
     *
     * @throws InputProblem when it cannot be understood, with the line
     * @throws IOException when it cannot be read
     */
    Contender read(Path file) throws IOException, InputProblem;
}
