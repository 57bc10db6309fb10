package dev.ebb.gateway.handover;

/** The other process did not do its part: it ended, was too slow, or said what nobody expects. */
public final class HandoverException extends Exception {
    private static final long serialVersionUID = 1;

    public HandoverException(String message) {
        super(message);
    }
}
