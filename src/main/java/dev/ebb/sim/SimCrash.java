package dev.ebb.sim;

/**
 * Ebb dies at this very point. An error, not an exception, so that nothing on the way catches it by
 * mistake; whoever does finds every further call of a port answered with the same.
 */
final class SimCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimCrash(String where) {
        super(where, null, false, false);
    }
}
