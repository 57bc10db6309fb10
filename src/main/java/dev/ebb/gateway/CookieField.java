package dev.ebb.gateway;

/**
 * Finds a cookie in a request's Cookie fields (RFC 6265 4.2.1; over HTTP/2 there may be several,
 * RFC 9113 8.2.3). Allocates nothing. One per event loop and name.
 */
final class CookieField {
    private static final byte[] COOKIE = Bytes.ascii("cookie");

    private final byte[] name;

    /** Where its value stands in the head's bytes, without quotes; of what was found last. */
    int start;

    int end;

    /** From where the search goes on: a field of the head, and a place in it. */
    private int field;

    private int at;

    CookieField(String name) {
        this.name = Bytes.ascii(name);
    }

    /** Whether the request has it; of several, this is the first. */
    boolean find(Head head) {
        field = -1;
        at = 0;
        return findIn(head, 0);
    }

    /**
     * Whether the request has another of this name: browsers send all that fit, of several paths
     * and domains, and which is meant they do not say.
     */
    boolean findNext(Head head) {
        return findIn(head, field);
    }

    private boolean findIn(Head head, int from) {
        for (int i = from; i < head.count; i++) {
            if (head.isNamed(i, COOKIE)) {
                at = i == field ? at : head.valueStart[i];
                field = i;
                if (findIn(head.bytes, head.valueEnd[i])) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean findIn(byte[] text, int to) {
        while (at < to) {
            while (at < to && (text[at] == ' ' || text[at] == '\t')) {
                at++;
            }
            int stop = at;
            while (stop < to && text[stop] != ';') {
                stop++;
            }
            int begin = at;
            at = stop + 1;
            if (isNamed(text, begin, stop)) {
                value(text, begin + name.length + 1, stop);
                return true;
            }
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
