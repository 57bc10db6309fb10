package dev.ebb.sim.lab;

/** A file is not the trace that it should be: one line for people, with the place. */
public final class TraceProblem extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * @param place the file, and the line where there is one
     * @param what what is wrong, and what to do
     */
    public TraceProblem(String place, String what) {
        super(place + ": " + what);
    }
}
