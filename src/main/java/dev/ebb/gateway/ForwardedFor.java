package dev.ebb.gateway;

/**
 * Finds the client in X-Forwarded-For, where the connection comes from a trusted proxy. Each proxy
 * adds the address that it was called from, so the list is read from its end: a listed proxy's
 * address leads on to what that one has added, and the first other address is the client's. Before
 * it may stand whatever the client liked to write. Where everybody is trusted, it is known of one
 * proxy only, the one that is connected. One per event loop; used again for the next request.
 */
final class ForwardedFor {
    /** Nobody has as many proxies in a row, but a client may claim so. */
    private static final int MOST_HOPS = 32;

    private final Trust trust;
    private final byte[] address = new byte[AddressText.V6];
    private int hops;
    private boolean over;

    /** Where the address stands in the head's bytes; without one, both are 0. */
    int start;

    int end;

    ForwardedFor(Trust trust) {
        this.trust = trust;
    }

    /** Looks for it in the request's fields. */
    void find(Head head) {
        start = 0;
        end = 0;
        hops = 0;
        over = false;
        for (int i = head.count - 1; i >= 0 && !over; i--) {
            if (head.id[i] == FieldName.X_FORWARDED_FOR) {
                readBackwards(head.bytes, head.valueStart[i], head.valueEnd[i]);
            }
        }
    }

    private void readBackwards(byte[] text, int from, int to) {
        int partEnd = to;
        for (int i = to - 1; i >= from - 1 && !over; i--) {
            if (i < from || text[i] == ',') {
                take(text, i + 1, partEnd);
                partEnd = i;
            }
        }
    }

    private void take(byte[] text, int from, int to) {
        int first = from;
        int last = to;
        while (first < last && blank(text[first])) {
            first++;
        }
        while (last > first && blank(text[last - 1])) {
            last--;
        }
        last = withoutPort(text, first, last);
        if (last > first && text[first] == '[' && text[last - 1] == ']') {
            first++;
            last--;
        }
        int length = last > first ? AddressText.read(text, first, last, address) : 0;
        if (length > 0) {
            start = first;
            end = last;
        }
        over = length == 0 || ++hops == MOST_HOPS || !trust.lists(address, length);
    }

    private static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** Some proxies tell the port, too; that of an IPv6 address stands behind brackets. */
    private static int withoutPort(byte[] text, int from, int to) {
        int at = to;
        while (at > from && Bytes.digit(text[at - 1])) {
            at--;
        }
        if (at == to || at == from || text[at - 1] != ':') {
            return to;
        }
        int colon = at - 1;
        boolean bracketed = colon > from && text[colon - 1] == ']';
        for (int i = from; i < colon && !bracketed; i++) {
            if (text[i] == ':') {
                return to;
            }
        }
        return colon;
    }
}
