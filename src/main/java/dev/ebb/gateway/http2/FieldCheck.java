package dev.ebb.gateway.http2;

import java.util.Arrays;

/**
 * Holds the fields of a head or of trailers against RFC 9113 8, and passes on those that are well:
 * pseudo-header fields first, each at most once and on the right side; nothing that belongs to an
 * HTTP/1.1 connection; one length, one host. Whether the whole is well is known at the end. One per
 * connection's event loop turn; used again for the next head.
 */
final class FieldCheck implements FieldSink {
    /** What the fields are. */
    enum Part {
        REQUEST,
        RESPONSE,
        TRAILERS
    }

    private static final byte[] CONNECT = FieldTraits.ascii("CONNECT");
    private static final byte[] OPTIONS = FieldTraits.ascii("OPTIONS");
    private static final byte[] TRAILERS = FieldTraits.ascii("trailers");
    private static final byte[] HTTP = FieldTraits.ascii("http");
    private static final byte[] HTTPS = FieldTraits.ascii("https");
    private static final int LONGEST_AUTHORITY = 512;

    private FieldSink sink = FieldSink.NONE;
    private Part part = Part.REQUEST;

    /** What is wrong with it, in a few words; empty for nothing. */
    private String flaw = "";

    /** A bit for each pseudo-header field, and for host, that was there. */
    private int seen;

    private boolean regular;
    private boolean connect;
    private boolean options;
    private boolean asterisk;
    private boolean web;
    private int status;
    private long contentLength;
    private final byte[] authority = new byte[LONGEST_AUTHORITY];
    private int authorityLength;

    void begin(Part ofWhat, FieldSink passOnTo) {
        part = ofWhat;
        sink = passOnTo;
        flaw = "";
        seen = 0;
        regular = false;
        connect = false;
        options = false;
        asterisk = false;
        web = false;
        status = 0;
        contentLength = -1;
        authorityLength = 0;
    }

    /** What is wrong with the whole, in a few words; empty for nothing. */
    String end() {
        if (flaw.isEmpty()) {
            flaw =
                    switch (part) {
                        case REQUEST -> requestFlaw();
                        case RESPONSE -> status == 0 ? "no status" : "";
                        case TRAILERS -> "";
                    };
        }
        sink = FieldSink.NONE;
        return flaw;
    }

    private String requestFlaw() {
        boolean scheme = has(FieldTraits.SCHEME);
        boolean path = has(FieldTraits.PATH);
        if (!has(FieldTraits.METHOD)) {
            return "no method";
        }
        if (connect) {
            boolean right = !scheme && !path && has(FieldTraits.AUTHORITY);
            return right ? "" : "a CONNECT with a scheme or path, or without an authority";
        }
        if (!scheme || !path) {
            return "no scheme or no path";
        }
        return asterisk && web && !options ? "a path of * for another method than OPTIONS" : "";
    }

    private boolean has(int kind) {
        return (seen & 1 << kind) != 0;
    }

    int status() {
        return status;
    }

    /** -1 when not given. */
    long contentLength() {
        return contentLength;
    }

    @Override
    public void field(
            byte[] name,
            int nameFrom,
            int nameTo,
            byte[] value,
            int valueFrom,
            int valueTo,
            int traits) {
        if (!flaw.isEmpty()) {
            return;
        }
        int kind = FieldTraits.kind(traits);
        if ((traits & (FieldTraits.BAD_NAME | FieldTraits.BAD_VALUE)) != 0) {
            flaw = "a character that is not allowed";
        } else if (kind == FieldTraits.OTHER || kind == FieldTraits.COOKIE) {
            regular = true;
        } else if (kind <= FieldTraits.UNKNOWN_PSEUDO) {
            flaw = pseudo(kind, value, valueFrom, valueTo);
        } else {
            regular = true;
            flaw = special(kind, value, valueFrom, valueTo);
            if (kind == FieldTraits.HOST && has(FieldTraits.AUTHORITY)) {
                // The same once more.
                return;
            }
        }
        if (flaw.isEmpty()) {
            sink.field(name, nameFrom, nameTo, value, valueFrom, valueTo, traits);
        }
    }

    private String pseudo(int kind, byte[] value, int from, int to) {
        if (regular || part == Part.TRAILERS || kind == FieldTraits.UNKNOWN_PSEUDO) {
            return "a pseudo-header field out of place";
        }
        if (has(kind)) {
            return "a pseudo-header field twice";
        }
        seen |= 1 << kind;
        boolean forResponse = kind == FieldTraits.STATUS;
        if (forResponse != (part == Part.RESPONSE)) {
            return "a pseudo-header field of the other side";
        }
        boolean good =
                switch (kind) {
                    case FieldTraits.METHOD -> method(value, from, to);
                    case FieldTraits.SCHEME -> scheme(value, from, to);
                    case FieldTraits.PATH -> path(value, from, to);
                    case FieldTraits.AUTHORITY -> authority(value, from, to);
                    default -> status(value, from, to);
                };
        return good ? "" : "a pseudo-header field with a bad value";
    }

    private boolean method(byte[] value, int from, int to) {
        connect = is(value, from, to, CONNECT);
        options = is(value, from, to, OPTIONS);
        return FieldTraits.token(value, from, to);
    }

    private boolean scheme(byte[] value, int from, int to) {
        web = is(value, from, to, HTTP) || is(value, from, to, HTTPS);
        return web || FieldTraits.token(value, from, to);
    }

    private boolean path(byte[] value, int from, int to) {
        asterisk = to - from == 1 && value[from] == '*';
        return FieldTraits.target(value, from, to) && (asterisk || value[from] == '/');
    }

    private boolean authority(byte[] value, int from, int to) {
        authorityLength = to - from;
        if (authorityLength > LONGEST_AUTHORITY || !FieldTraits.target(value, from, to)) {
            return false;
        }
        for (int i = from; i < to; i++) {
            // User information has no place here, and nothing of a path has.
            if (value[i] == '@' || value[i] == '/' || value[i] == '?') {
                return false;
            }
        }
        System.arraycopy(value, from, authority, 0, authorityLength);
        return true;
    }

    private boolean status(byte[] value, int from, int to) {
        if (to - from != 3) {
            return false;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            if (value[i] < '0' || value[i] > '9') {
                return false;
            }
            number = number * 10 + value[i] - '0';
        }
        status = number;
        // Switching protocols is a matter of HTTP/1.1.
        return number >= 100 && number < 600 && number != 101;
    }

    private String special(int kind, byte[] value, int from, int to) {
        boolean good =
                switch (kind) {
                    case FieldTraits.HOST -> host(value, from, to);
                    case FieldTraits.CONTENT_LENGTH -> length(value, from, to);
                    case FieldTraits.TE -> part == Part.REQUEST && is(value, from, to, TRAILERS);
                    default -> false;
                };
        return good ? "" : "a field out of place, or with a bad value";
    }

    private boolean host(byte[] value, int from, int to) {
        if (part == Part.RESPONSE) {
            return true;
        }
        if (part == Part.TRAILERS || has(FieldTraits.HOST) || from == to) {
            return false;
        }
        seen |= 1 << FieldTraits.HOST;
        return !has(FieldTraits.AUTHORITY) || sameAsAuthority(value, from, to);
    }

    private boolean sameAsAuthority(byte[] value, int from, int to) {
        if (to - from != authorityLength) {
            return false;
        }
        for (int i = 0; i < authorityLength; i++) {
            if (lower(value[from + i]) != lower(authority[i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    private boolean length(byte[] value, int from, int to) {
        if (part == Part.TRAILERS || from == to || to - from > 18) {
            return false;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            if (value[i] < '0' || value[i] > '9') {
                return false;
            }
            number = number * 10 + value[i] - '0';
        }
        // Some answer with the same one twice; asking so is a way to be read in two ways.
        boolean again = contentLength >= 0;
        boolean good = !again || (part == Part.RESPONSE && contentLength == number);
        contentLength = number;
        return good;
    }

    private static boolean is(byte[] text, int from, int to, byte[] wanted) {
        return Arrays.equals(text, from, to, wanted, 0, wanted.length);
    }
}
