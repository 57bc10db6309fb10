package dev.ebb.gateway.http2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What can be said of one field by itself (RFC 9113 8.2): which of the names that matter it has,
 * and whether its bytes are allowed. Packed into the lower byte of an int, so that a compression
 * table can keep it with an entry and nobody has to look at the same bytes twice.
 */
public final class FieldTraits {
    /** The bits that tell the name; the values below are what can be in them. */
    public static final int KIND = 0x1f;

    public static final int OTHER = 0;
    public static final int METHOD = 1;
    public static final int SCHEME = 2;
    public static final int PATH = 3;
    public static final int AUTHORITY = 4;
    public static final int STATUS = 5;

    /** A name that begins with a colon and is none of those above. */
    public static final int UNKNOWN_PSEUDO = 6;

    public static final int HOST = 7;
    public static final int CONTENT_LENGTH = 8;
    public static final int TE = 9;

    /** Means something to one HTTP/1.1 connection only, and has no place here. */
    public static final int CONNECTION_SPECIFIC = 10;

    public static final int COOKIE = 11;

    /** Must not be put into a compression table, by anyone on the way. */
    public static final int NEVER_INDEXED = 0x20;

    /** The name is no token in lower case. */
    public static final int BAD_NAME = 0x40;

    /** The value has control characters in it, or a blank at one of its ends. */
    public static final int BAD_VALUE = 0x80;

    private static final byte NAME = 1;
    private static final byte VALUE = 2;
    private static final byte TARGET = 4;
    private static final byte[] ALLOWED = allowed();

    private static final String[] KNOWN = {
        "te",
        "host",
        "cookie",
        "content-length",
        ":method",
        ":scheme",
        ":path",
        ":authority",
        ":status",
        "connection",
        "proxy-connection",
        "keep-alive",
        "transfer-encoding",
        "upgrade"
    };
    private static final int[] KNOWN_KINDS = {
        TE,
        HOST,
        COOKIE,
        CONTENT_LENGTH,
        METHOD,
        SCHEME,
        PATH,
        AUTHORITY,
        STATUS,
        CONNECTION_SPECIFIC,
        CONNECTION_SPECIFIC,
        CONNECTION_SPECIFIC,
        CONNECTION_SPECIFIC,
        CONNECTION_SPECIFIC
    };
    private static final int LONGEST = 17;
    private static final int[][] BY_LENGTH = byLength();
    private static final byte[][] NAMES =
            Arrays.stream(KNOWN).map(FieldTraits::ascii).toArray(byte[][]::new);

    private FieldTraits() {}

    private static byte[] allowed() {
        var allowed = new byte[256];
        for (int i = 0x21; i < 0x7f; i++) {
            allowed[i] = (byte) (VALUE | (i == '#' ? 0 : TARGET));
        }
        Arrays.fill(allowed, 0x80, 0x100, VALUE);
        allowed[' '] = VALUE;
        allowed['\t'] = VALUE;
        for (byte b : ascii("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")) {
            allowed[b] |= NAME;
        }
        return allowed;
    }

    private static int[][] byLength() {
        var table = new int[LONGEST + 1][];
        for (int length = 0; length <= LONGEST; length++) {
            int wanted = length;
            table[length] =
                    java.util.stream.IntStream.range(0, KNOWN.length)
                            .filter(i -> KNOWN[i].length() == wanted)
                            .toArray();
        }
        return table;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static int kind(int traits) {
        return traits & KIND;
    }

    /** The traits that the name alone has. */
    static int ofName(byte[] text, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return BAD_NAME;
        }
        if (length <= LONGEST) {
            for (int i : BY_LENGTH[length]) {
                if (Arrays.equals(text, from, to, NAMES[i], 0, length)) {
                    return KNOWN_KINDS[i];
                }
            }
        }
        if (text[from] == ':') {
            return UNKNOWN_PSEUDO;
        }
        for (int i = from; i < to; i++) {
            if ((ALLOWED[text[i] & 0xff] & NAME) == 0) {
                return BAD_NAME;
            }
        }
        return OTHER;
    }

    /** The traits that the value alone has: {@link #BAD_VALUE} or nothing. */
    static int ofValue(byte[] text, int from, int to) {
        if (from == to) {
            return 0;
        }
        if (blank(text[from]) || blank(text[to - 1])) {
            return BAD_VALUE;
        }
        for (int i = from; i < to; i++) {
            if ((ALLOWED[text[i] & 0xff] & VALUE) == 0) {
                return BAD_VALUE;
            }
        }
        return 0;
    }

    private static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** Whether all of it may stand in a request target: printable, and nothing of a fragment. */
    static boolean target(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if ((ALLOWED[text[i] & 0xff] & TARGET) == 0) {
                return false;
            }
        }
        return from < to;
    }

    /** Whether it is a token, in upper or lower case. */
    static boolean token(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = text[i];
            boolean upper = b >= 'A' && b <= 'Z';
            if (!upper && (ALLOWED[b & 0xff] & NAME) == 0) {
                return false;
            }
        }
        return from < to;
    }
}
