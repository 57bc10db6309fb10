package dev.ebb.gateway;

/**
 * Reads the trace-id of a {@code traceparent} field (W3C Trace Context, 3.2), for the access log.
 * The gateway takes no part in traces: it passes {@code traceparent} and {@code tracestate} on as
 * they are, good or not, as the standard asks of those who do not.
 */
final class TraceContext {
    static final int ID_LENGTH = 32;
    private static final byte[] NAME = Bytes.ascii("traceparent");
    private static final int ID = 3;
    private static final int SPAN = ID + ID_LENGTH + 1;
    private static final int FLAGS = SPAN + 16 + 1;
    private static final int LENGTH = FLAGS + 2;

    private TraceContext() {}

    /** Where the id begins, in the head's bytes; -1 when there is none, or no good one. */
    static int find(Head head) {
        int found = -1;
        for (int i = 0; i < head.count; i++) {
            if (head.isNamed(i, NAME)) {
                if (found >= 0 || !valid(head.bytes, head.valueStart[i], head.valueEnd[i])) {
                    return -1;
                }
                found = head.valueStart[i] + ID;
            }
        }
        return found;
    }

    private static boolean valid(byte[] text, int start, int end) {
        int length = end - start;
        if (length < LENGTH || !hex(text, start, 2, true)) {
            return false;
        }
        boolean first = text[start] == '0' && text[start + 1] == '0';
        boolean known = text[start] != 'f' || text[start + 1] != 'f';
        // A later version may add parts, but not change these.
        boolean rest = first ? length == LENGTH : length == LENGTH || text[start + LENGTH] == '-';
        return known
                && rest
                && text[start + 2] == '-'
                && hex(text, start + ID, ID_LENGTH, false)
                && text[start + SPAN - 1] == '-'
                && hex(text, start + SPAN, 16, false)
                && text[start + FLAGS - 1] == '-'
                && hex(text, start + FLAGS, 2, true);
    }

    private static boolean hex(byte[] text, int start, int length, boolean mayBeZero) {
        boolean zero = true;
        for (int i = start; i < start + length; i++) {
            byte b = text[i];
            if (!Bytes.digit(b) && (b < 'a' || b > 'f')) {
                return false;
            }
            zero &= b == '0';
        }
        return mayBeZero || !zero;
    }
}
