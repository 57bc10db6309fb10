package dev.ebb.cli;

/** A command cannot do what it was asked to do: one line for people, and an exit code. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String line;

    /**
     * @param line what is wrong, where, and what to do
     */
    public Failure(int code, String line) {
        super(line);
        this.code = code;
        this.line = line;
    }

    public int code() {
        return code;
    }

    public String line() {
        return line;
    }
}
