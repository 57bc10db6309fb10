package dev.ebb.gateway;

/**
 * What a client may ask for with an Upgrade field: a list of {@code name["/"version]}, both of them
 * tokens (RFC 9110 7.8). Anything else has no reading that all agree on, and is not passed on.
 */
final class UpgradeField {
    /**
     * HTTP/2 is for one hop only and not asked for in this way any more (RFC 9113 3.1): an instance
     * that did it would take what follows past the gateway.
     */
    private static final byte[] H2C = Bytes.ascii("h2c");

    private UpgradeField() {}

    /** Whether the field names protocols, at least one, and all of them may be tunnelled. */
    static boolean tunnels(Head head, int field) {
        byte[] text = head.bytes;
        int at = head.valueStart[field];
        int end = head.valueEnd[field];
        while (true) {
            at = skipBlanks(text, at, end);
            int name = at;
            at = skipToken(text, at, end);
            if (at == name || Bytes.is(text, name, at, H2C)) {
                return false;
            }
            if (at < end && text[at] == '/') {
                int version = at + 1;
                at = skipToken(text, version, end);
                if (at == version) {
                    return false;
                }
            }
            at = skipBlanks(text, at, end);
            if (at == end) {
                return true;
            }
            if (text[at] != ',') {
                return false;
            }
            at++;
        }
    }

    private static int skipToken(byte[] text, int start, int end) {
        int at = start;
        while (at < end && Bytes.token(text[at])) {
            at++;
        }
        return at;
    }

    private static int skipBlanks(byte[] text, int start, int end) {
        int at = start;
        while (at < end && (text[at] == ' ' || text[at] == '\t')) {
            at++;
        }
        return at;
    }
}
