package dev.ebb.balance;

/**
 * How long a request may still take, as text in its fields. Two spellings: {@code grpc-timeout} of
 * the gRPC protocol over HTTP/2 (up to eight digits and a unit), and {@code
 * x-envoy-expected-rq-timeout-ms}, milliseconds, which Envoy sends to its upstreams and which is
 * the only other one that is in wide use. Both say what is left, not a moment, so clocks need not
 * agree. Times in nanoseconds.
 */
public final class Deadline {
    public static final String FIELD = "x-envoy-expected-rq-timeout-ms";
    public static final String GRPC_FIELD = "grpc-timeout";

    /** No deadline; also what an unreadable one counts as. */
    public static final long NONE = Long.MAX_VALUE;

    private static final String UNITS = "numSMH";
    private static final long[] UNIT_NANOS = {
        1, 1_000, 1_000_000, 1_000_000_000L, 60_000_000_000L, 3_600_000_000_000L
    };
    private static final int MOST_DIGITS = 8;
    private static final long MOST_VALUE = 99_999_999;

    private Deadline() {}

    /** What a {@code grpc-timeout} allows; {@link #NONE} when it is not well-formed. */
    public static long parseGrpc(CharSequence text) {
        int digits = text.length() - 1;
        if (digits < 1 || digits > MOST_DIGITS) {
            return NONE;
        }
        int unit = UNITS.indexOf(text.charAt(digits));
        long value = digits(text, digits);
        if (unit < 0 || value < 0) {
            return NONE;
        }
        // At most 1e8 hours, 3.6e20 ns: beyond 292 years it is no limit.
        return value > NONE / UNIT_NANOS[unit] ? NONE : value * UNIT_NANOS[unit];
    }

    /** What is left as a {@code grpc-timeout}, in the finest unit that fits, rounded down. */
    public static String formatGrpc(long nanos) {
        long left = Math.max(0, nanos);
        for (int unit = 0; unit < UNIT_NANOS.length; unit++) {
            long value = left / UNIT_NANOS[unit];
            if (value <= MOST_VALUE) {
                return Long.toString(value) + UNITS.charAt(unit);
            }
        }
        return Long.toString(MOST_VALUE) + UNITS.charAt(UNITS.length() - 1);
    }

    /** Milliseconds as Envoy writes them; {@link #NONE} for anything else, and for 0. */
    public static long parseMillis(CharSequence text) {
        int length = text.length();
        if (length < 1 || length > 2 * MOST_DIGITS) {
            return NONE;
        }
        long millis = digits(text, length);
        return millis <= 0 || millis > NONE / 1_000_000 ? NONE : millis * 1_000_000;
    }

    /** What is left, in milliseconds, at least 1: 0 would mean "no limit" to Envoy. */
    public static long millis(long nanos) {
        return Math.max(1, nanos / 1_000_000);
    }

    private static long digits(CharSequence text, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    /**
     * The time of a whole request: the gateway's own limit, or the client's if that is shorter.
     *
     * @param ownNanos 0 for no limit
     * @param askedNanos {@link #NONE} for no wish
     */
    public static long whole(long ownNanos, long askedNanos) {
        return Math.min(ownNanos <= 0 ? NONE : ownNanos, askedNanos);
    }

    /** What is left of it; {@link #NONE} stays, and it is never below 0. */
    public static long left(long wholeNanos, long spentNanos) {
        return wholeNanos == NONE ? NONE : Math.max(0, wholeNanos - spentNanos);
    }

    /**
     * How long one attempt may take to the head of its answer.
     *
     * @param perTryNanos 0 for no limit of its own
     */
    public static long ofTry(long leftNanos, long perTryNanos) {
        return perTryNanos <= 0 ? leftNanos : Math.min(perTryNanos, leftNanos);
    }
}
