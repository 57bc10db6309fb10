package dev.ebb.gateway;

import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.FieldTraits;
import org.jspecify.annotations.Nullable;

/**
 * Translates heads between HTTP/2's fields and HTTP/1.1's text (RFC 9113 8.2, 8.3). What comes from
 * HTTP/2 was checked field by field, so no value can break out of its line. One per event loop;
 * each text is good until the next begins.
 */
final class Http2Heads {
    private static final byte[] METHOD = Bytes.ascii(":method");
    private static final byte[] SCHEME = Bytes.ascii(":scheme");
    private static final byte[] AUTHORITY = Bytes.ascii(":authority");
    private static final byte[] PATH = Bytes.ascii(":path");
    private static final byte[] HTTP = Bytes.ascii("http");
    private static final byte[] HTTPS = Bytes.ascii("https");
    private static final byte[] TE = Bytes.ascii("te");
    private static final byte[] TRAILERS = Bytes.ascii("trailers");
    private static final byte[] STATUS_LINE = Bytes.ascii("HTTP/1.1 ");
    private static final byte[] COLON = Bytes.ascii(": ");
    private static final byte[] SPACE = Bytes.ascii(" ");
    private static final byte[] CRLF = Bytes.ascii("\r\n");

    private static final byte[] HOST = Bytes.ascii("host");

    private final HeadWriter text = new HeadWriter();
    private final NeverIndexed.Names never = new NeverIndexed.Names();
    private final FieldSink responses = this::responseField;
    private final FieldSink trailers = this::line;

    // ---- To HTTP/2

    /** The fields of a request, from our own text of it. Turns names into lower case in place. */
    void request(RequestHead request, boolean secure, String instance, FieldSink out) {
        Head head = request.head;
        byte[] bytes = head.bytes;
        NeverIndexed marked = request.never;
        add(out, METHOD, bytes, 0, request.methodEnd, marked);
        byte[] scheme = secure ? HTTPS : HTTP;
        add(out, SCHEME, scheme, 0, scheme.length, marked);
        if (request.hostStart < request.hostEnd) {
            int traits = marked.traits(HOST, 0, HOST.length);
            traits |= marked.traits(AUTHORITY, 0, AUTHORITY.length);
            int from = request.hostStart;
            out.field(AUTHORITY, 0, AUTHORITY.length, bytes, from, request.hostEnd, traits);
        } else {
            byte[] own = Bytes.ascii(instance);
            add(out, AUTHORITY, own, 0, own.length, marked);
        }
        add(out, PATH, bytes, request.targetStart, request.targetEnd, marked);
        for (int i = 0; i < head.count; i++) {
            if (passes(head.id[i])) {
                field(head, i, marked, out);
            }
        }
        // Trailers pass here, and gRPC insists on being told.
        add(out, TE, TRAILERS, 0, TRAILERS.length, marked);
    }

    private static boolean passes(byte id) {
        return switch (id) {
            case FieldName.HOST,
                    FieldName.TRANSFER_ENCODING,
                    FieldName.CONNECTION,
                    FieldName.UPGRADE ->
                    false;
            default -> id < FieldName.FIRST_HOP_BY_HOP;
        };
    }

    private static void field(Head head, int field, NeverIndexed marked, FieldSink out) {
        byte[] bytes = head.bytes;
        int from = head.nameStart[field];
        int to = head.nameEnd[field];
        lower(bytes, from, to);
        int traits = marked.traits(bytes, from, to);
        out.field(bytes, from, to, bytes, head.valueStart[field], head.valueEnd[field], traits);
    }

    private static void lower(byte[] bytes, int from, int to) {
        for (int at = from; at < to; at++) {
            byte b = bytes[at];
            if (b >= 'A' && b <= 'Z') {
                bytes[at] = (byte) (b + 32);
            }
        }
    }

    private static void add(
            FieldSink out, byte[] name, byte[] value, int from, int to, NeverIndexed marked) {
        int traits = marked.traits(name, 0, name.length);
        out.field(name, 0, name.length, value, from, to, traits);
    }

    /** Turns names into lower case in place. */
    void trailers(Trailers behind, FieldSink out) {
        byte[] lines = behind.lines();
        int at = 0;
        while (at < lines.length) {
            int colon = find(lines, at, ':');
            int end = find(lines, colon, Bytes.CR);
            int from = colon + 1;
            int to = end;
            while (from < to && blank(lines[from])) {
                from++;
            }
            while (to > from && blank(lines[to - 1])) {
                to--;
            }
            lower(lines, at, colon);
            int traits = behind.never().traits(lines, at, colon);
            out.field(lines, at, colon, lines, from, to, traits);
            at = end + 2;
        }
    }

    private static int find(byte[] text, int from, int wanted) {
        int at = from;
        while (text[at] != wanted) {
            at++;
        }
        return at;
    }

    private static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    // ---- From HTTP/2

    /** Takes a response's fields; {@link #loadResponse} has them then. */
    FieldSink newResponse() {
        text.clear();
        never.clear();
        return responses;
    }

    private void responseField(
            byte[] name, int nameFrom, int nameTo, byte[] value, int from, int to, int traits) {
        if (FieldTraits.kind(traits) == FieldTraits.STATUS) {
            text.add(STATUS_LINE).add(value, from, to).add(SPACE).add(CRLF);
        } else {
            line(name, nameFrom, nameTo, value, from, to, traits);
        }
    }

    private void line(
            byte[] name, int nameFrom, int nameTo, byte[] value, int from, int to, int traits) {
        never.field(name, nameFrom, nameTo, traits);
        text.add(name, nameFrom, nameTo).add(COLON).add(value, from, to).add(CRLF);
    }

    void loadResponse(Head head) {
        text.add(CRLF).copyTo(head);
    }

    /** Those of the fields that no compression table may hold. */
    NeverIndexed never() {
        return never.names();
    }

    /** Takes trailers' fields; {@link #trailers()} has them then. */
    FieldSink newTrailers() {
        text.clear();
        never.clear();
        return trailers;
    }

    /** Null for none. */
    @Nullable Trailers trailers() {
        return text.size() == 0 ? null : new Trailers(text.toBytes(), never.names());
    }
}
