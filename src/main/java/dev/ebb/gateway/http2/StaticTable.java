package dev.ebb.gateway.http2;

import java.util.Arrays;

/** The table of RFC 7541, appendix A, with the traits of each entry. Indexes begin with 1. */
final class StaticTable {
    static final int LAST = 61;

    /** Put in a compression table when they repeat. */
    static final byte INDEXED = 0;

    /** Not worth a place in the table: nearly every message has another value. */
    static final byte PLAIN = 1;

    /** Secrets: guessing them by the size of what is sent must not work (RFC 7541 7.1). */
    static final byte SECRET = 2;

    private static final String TEXT =
            """
            :authority
            :method=GET
            :method=POST
            :path=/
            :path=/index.html
            :scheme=http
            :scheme=https
            :status=200
            :status=204
            :status=206
            :status=304
            :status=400
            :status=404
            :status=500
            accept-charset
            accept-encoding=gzip, deflate
            accept-language
            accept-ranges
            accept
            access-control-allow-origin
            age
            allow
            authorization
            cache-control
            content-disposition
            content-encoding
            content-language
            content-length
            content-location
            content-range
            content-type
            cookie
            date
            etag
            expect
            expires
            from
            host
            if-match
            if-modified-since
            if-none-match
            if-range
            if-unmodified-since
            last-modified
            link
            location
            max-forwards
            proxy-authenticate
            proxy-authorization
            range
            referer
            refresh
            retry-after
            server
            set-cookie
            strict-transport-security
            transfer-encoding
            user-agent
            vary
            via
            www-authenticate
            """;

    static final int STATUS_200 = 8;
    static final int STATUS_LAST = 14;
    static final int PATH = 4;

    private static final int SLOTS = 256;
    private static final byte[][] NAMES = new byte[LAST + 1][];
    private static final byte[][] VALUES = new byte[LAST + 1][];
    private static final byte[] TRAITS = new byte[LAST + 1];
    private static final byte[] POLICIES = new byte[LAST + 1];

    /** By a name's hash, and on to the next free place: its first index. */
    private static final byte[] BY_NAME = new byte[SLOTS];

    static {
        String[] lines = TEXT.split("\n");
        NAMES[0] = new byte[0];
        VALUES[0] = NAMES[0];
        for (int i = 1; i <= LAST; i++) {
            String line = lines[i - 1];
            int equals = line.indexOf('=');
            NAMES[i] = FieldTraits.ascii(equals < 0 ? line : line.substring(0, equals));
            VALUES[i] = FieldTraits.ascii(equals < 0 ? "" : line.substring(equals + 1));
            TRAITS[i] = (byte) FieldTraits.ofName(NAMES[i], 0, NAMES[i].length);
            POLICIES[i] = policy(equals < 0 ? line : line.substring(0, equals));
            if (!Arrays.equals(NAMES[i], NAMES[i - 1])) {
                int slot = DynamicTable.hash(NAMES[i], 0, NAMES[i].length) & (SLOTS - 1);
                while (BY_NAME[slot] != 0) {
                    slot = (slot + 1) & (SLOTS - 1);
                }
                BY_NAME[slot] = (byte) i;
            }
        }
    }

    private StaticTable() {}

    private static byte policy(String name) {
        return switch (name) {
            case "authorization", "proxy-authorization", "set-cookie" -> SECRET;
            case "age",
                    "content-length",
                    "content-range",
                    "cookie",
                    "date",
                    "etag",
                    "expires",
                    "if-match",
                    "if-modified-since",
                    "if-none-match",
                    "if-range",
                    "if-unmodified-since",
                    "last-modified",
                    "location",
                    "range",
                    "referer" ->
                    PLAIN;
            default -> INDEXED;
        };
    }

    static byte[] name(int index) {
        return NAMES[index];
    }

    static byte[] value(int index) {
        return VALUES[index];
    }

    static int traits(int index) {
        return TRAITS[index];
    }

    static byte policy(int index) {
        return POLICIES[index];
    }

    /** The first index of the name, whose hash is given; 0 for none. */
    static int find(byte[] name, int from, int to, int hash) {
        int slot = hash & (SLOTS - 1);
        while (BY_NAME[slot] != 0) {
            int index = BY_NAME[slot];
            if (Arrays.equals(name, from, to, NAMES[index], 0, NAMES[index].length)) {
                return index;
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
        return 0;
    }

    /** The index of the entry with this value, among those that have the name of {@code first}. */
    static int findValue(int first, byte[] value, int from, int to) {
        byte[] name = NAMES[first];
        for (int i = first; i <= LAST && (i == first || Arrays.equals(name, NAMES[i])); i++) {
            byte[] candidate = VALUES[i];
            if (candidate.length > 0
                    && Arrays.equals(value, from, to, candidate, 0, candidate.length)) {
                return i;
            }
        }
        return 0;
    }
}
