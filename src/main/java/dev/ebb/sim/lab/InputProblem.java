package dev.ebb.sim.lab;

/** A file is not the trace or policy that it should be: one line for people, with the place. */
public final class InputProblem extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * @param place the file, and the line where there is one
     * @param what what is wrong, and what to do
     */
    public InputProblem(String place, String what) {
        super(place + ": " + what);
    }
}
