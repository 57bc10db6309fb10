package dev.ebb.gateway;

/**
 * Finds a cookie in a request's Cookie fields (RFC 6265 4.2.1; over HTTP/2 there may be several,
 * RFC 9113 8.2.3). Allocates nothing. One per event loop and name.
 */
final class CookieField {
    private static final byte[] COOKIE = Bytes.ascii("cookie");

    private final byte[] name;

    /** Where its value stands in the head's bytes, without quotes; of the last {@link #find}. */
    int start;

    int end;

    CookieField(String name) {
        this.name = Bytes.ascii(name);
    }

    /** Whether the request has it; of several, the first counts. */
    boolean find(Head head) {
        for (int i = 0; i < head.count; i++) {
            if (head.isNamed(i, COOKIE)
                    && findIn(head.bytes, head.valueStart[i], head.valueEnd[i])) {
                return true;
            }
        }
        return false;
    }

    private boolean findIn(byte[] text, int from, int to) {
        int at = from;
        while (at < to) {
            while (at < to && (text[at] == ' ' || text[at] == '\t')) {
                at++;
            }
            int stop = at;
            while (stop < to && text[stop] != ';') {
                stop++;
            }
            if (isNamed(text, at, stop)) {
                value(text, at + name.length + 1, stop);
                return true;
            }
            at = stop + 1;
        }
        return false;
    }

    private boolean isNamed(byte[] text, int from, int to) {
        int equals = from + name.length;
        return equals < to && text[equals] == '=' && Bytes.same(text, from, equals, name);
    }

    private void value(byte[] text, int from, int to) {
        start = from;
        end = to;
        while (end > start && (text[end - 1] == ' ' || text[end - 1] == '\t')) {
            end--;
        }
        if (end - start >= 2 && text[start] == '"' && text[end - 1] == '"') {
            start++;
            end--;
        }
    }
}
