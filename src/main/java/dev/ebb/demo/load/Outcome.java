package dev.ebb.demo.load;

/**
 * What became of a request that was due. Exactly one of these for each.
 *
 * @param cause for people and for {@code failed_by_cause}; empty when it was answered
 */
public record Outcome(Kind kind, String cause) {

    /** The three that are told apart everywhere. */
    public enum Kind {
        /** A complete response with a status below 500. */
        ANSWERED,
        /** No response, or a complete one that says that the service failed. */
        FAILED,
        /** The response had begun, and the connection ended before it was complete. */
        TRUNCATED
    }

    public static final Outcome ANSWERED = new Outcome(Kind.ANSWERED, "");
    public static final Outcome TRUNCATED = new Outcome(Kind.TRUNCATED, "truncated");

    /** No connection could be made. */
    public static final Outcome CONNECT = failed("connect");

    /** The connection ended, or broke, before the first byte of the response. */
    public static final Outcome CLOSED = failed("closed_before_response");

    /** Not complete in time, counted from when it was due. */
    public static final Outcome TIMEOUT = failed("timeout");

    /** What came was no HTTP/1.1, or the answer to some other request. */
    public static final Outcome BAD_RESPONSE = failed("bad_response");

    /** It was due, and this generator had too many in flight to send it. */
    public static final Outcome CLIENT_OVERLOAD = failed("client_overload");

    /** A complete response with this status. */
    static Outcome ofStatus(int status) {
        return status < 500 ? ANSWERED : failed("status_" + status);
    }

    private static Outcome failed(String cause) {
        return new Outcome(Kind.FAILED, cause);
    }
}
