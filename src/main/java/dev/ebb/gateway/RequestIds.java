package dev.ebb.gateway;

/** Reads the id that a request came with, in its {@code X-Request-Id} field. */
final class RequestIds {
    private static final byte[] NAME = Bytes.ascii("x-request-id");
    private static final int LONGEST = 128;

    private RequestIds() {}

    /** The field that holds the id; -1 when there is none, or not just one that is good. */
    static int find(Head head) {
        int found = -1;
        for (int i = 0; i < head.count; i++) {
            if (head.isNamed(i, NAME)) {
                if (found >= 0 || !good(head.bytes, head.valueStart[i], head.valueEnd[i])) {
                    return -1;
                }
                found = i;
            }
        }
        return found;
    }

    /** Not long, and nothing that means something to a shell, a log or a database. */
    private static boolean good(byte[] text, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = text[i];
            boolean fine = Bytes.host(b) || b == '+' || b == '/' || b == '=' || b == ':';
            if (!fine) {
                return false;
            }
        }
        return end > start && end - start <= LONGEST;
    }
}
