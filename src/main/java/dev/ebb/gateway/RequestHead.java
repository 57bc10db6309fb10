package dev.ebb.gateway;

import dev.ebb.balance.Deadline;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a request's head means: how long the body is, whether the connection stays open, what may be
 * repeated. Read from a {@link Head}, whose positions it refers to; one per event loop.
 */
final class RequestHead {
    private static final byte[] CLOSE = Bytes.ascii("close");
    private static final byte[] KEEP_ALIVE = Bytes.ascii("keep-alive");
    private static final byte[] CHUNKED = Bytes.ascii("chunked");
    private static final byte[] CONTINUE = Bytes.ascii("100-continue");
    private static final byte[] UPGRADE = Bytes.ascii("upgrade");
    private static final byte[] HTTP_1 = Bytes.ascii("HTTP/1.");
    private static final byte[] HTTP = Bytes.ascii("HTTP/");
    private static final byte[] HTTPS = Bytes.ascii("https");
    private static final byte[] PLAIN_SCHEME = Bytes.ascii("http://");
    private static final byte[] SECURE_SCHEME = Bytes.ascii("https://");
    private static final int LONGEST_METHOD = 32;

    final Head head;
    private final int maxTarget;
    private byte[] scratch = new byte[0];

    /** How long the client waits, as it says; {@link Deadline#NONE} for no word. */
    long deadlineNanos;

    /** It says so in gRPC's field. */
    boolean grpcDeadline;

    int methodEnd;
    int targetStart;
    int targetEnd;

    /**
     * Where the target's path begins: behind the authority of a target in absolute form. May be
     * {@link #targetEnd}, or the query's '?'.
     */
    int pathStart;

    boolean http10;
    boolean keepAlive;
    boolean expectContinue;
    boolean chunked;

    /** Of the body, when it is not chunked. */
    long contentLength;

    /** Where the host stands, port included; both are 0 for none, which HTTP/1.0 may have. */
    int hostStart;

    int hostEnd;

    /** The host is that of the target, and the Host field means nothing (RFC 9112 3.2.2). */
    boolean absolute;

    private int hosts;

    /** The client asks to leave HTTP for the protocol that the Upgrade field names. */
    boolean upgrade;

    /** Those of its fields that no compression table may hold, as HTTP/2 tells. */
    NeverIndexed never = NeverIndexed.NONE;

    boolean isHead;
    boolean idempotent;

    /** By which its service places it; see {@link LoopService#tie}. */
    long key;

    /** Null where the service has no sessions. */
    @Nullable Session session;

    RequestHead(Head head, int maxTarget) {
        this.head = head;
        this.maxTarget = maxTarget;
    }

    /** The same for a connection without TLS. */
    @Nullable Refusal read() {
        return read(false);
    }

    /**
     * Reads what {@link Head#load} brought; the answer is null when all is well.
     *
     * @param secure it came over TLS, so that a target in absolute form has to say https
     */
    @Nullable Refusal read(boolean secure) {
        // Of a line that makes no sense the fields are not read.
        head.count = 0;
        never = NeverIndexed.NONE;
        Refusal refusal = readLine(secure);
        if (refusal != null) {
            return refusal;
        }
        switch (head.readFields(lineEnd())) {
            case MALFORMED -> {
                return Refusal.MALFORMED_HEAD;
            }
            case TOO_MANY -> {
                return Refusal.HEAD_TOO_LARGE;
            }
            case NONE -> {}
        }
        return readFields();
    }

    private int lineEnd() {
        // One space, HTTP/1.x, CR LF.
        return targetEnd + 11;
    }

    private @Nullable Refusal readLine(boolean secure) {
        byte[] text = head.bytes;
        int at = 0;
        while (at < LONGEST_METHOD && Bytes.token(text[at])) {
            at++;
        }
        if (at == 0 || text[at] != ' ') {
            return Refusal.MALFORMED_HEAD;
        }
        methodEnd = at;
        targetStart = at + 1;
        at = targetStart;
        while (Bytes.target(text[at])) {
            at++;
        }
        targetEnd = at;
        if (at == targetStart || text[at] != ' ') {
            return Refusal.MALFORMED_HEAD;
        }
        Refusal refusal = readVersion(text, at + 1);
        if (refusal != null) {
            return refusal;
        }
        readMethod(text);
        if (targetEnd - targetStart > maxTarget) {
            return Refusal.TARGET_TOO_LONG;
        }
        return readTarget(text, secure);
    }

    private @Nullable Refusal readTarget(byte[] text, boolean secure) {
        if (method(text, "CONNECT")) {
            return Refusal.METHOD_NOT_ALLOWED;
        }
        pathStart = targetStart;
        hostStart = 0;
        hostEnd = 0;
        absolute = false;
        if (text[targetStart] == 'h' || text[targetStart] == 'H') {
            return readAuthority(text, secure ? SECURE_SCHEME : PLAIN_SCHEME);
        }
        boolean asterisk =
                text[targetStart] == '*' && targetEnd == targetStart + 1 && method(text, "OPTIONS");
        return text[targetStart] == '/' || asterisk ? null : Refusal.BAD_TARGET;
    }

    private @Nullable Refusal readAuthority(byte[] text, byte[] scheme) {
        int start = targetStart + scheme.length;
        if (start >= targetEnd || !FieldName.same(text, targetStart, scheme)) {
            return Refusal.BAD_TARGET;
        }
        int at = start;
        while (at < targetEnd && text[at] != '/' && text[at] != '?') {
            at++;
        }
        absolute = true;
        hostStart = start;
        hostEnd = at;
        pathStart = at;
        return validHost(start, at) ? null : Refusal.BAD_TARGET;
    }

    private @Nullable Refusal readVersion(byte[] text, int start) {
        int end = start + 8;
        boolean version = end + 1 < head.length && startsWith(text, start, HTTP);
        if (!version || text[end] != Bytes.CR || text[end + 1] != Bytes.LF) {
            return Refusal.MALFORMED_HEAD;
        }
        boolean one = startsWith(text, start, HTTP_1);
        if (!one || (text[end - 1] != '0' && text[end - 1] != '1')) {
            boolean digits = Bytes.digit(text[start + 5]) && Bytes.digit(text[end - 1]);
            return digits && text[start + 6] == '.' ? Refusal.VERSION : Refusal.MALFORMED_HEAD;
        }
        http10 = text[end - 1] == '0';
        return null;
    }

    private static boolean startsWith(byte[] text, int start, byte[] prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (text[start + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private void readMethod(byte[] text) {
        isHead = method(text, "HEAD");
        idempotent =
                switch (methodEnd) {
                    case 3 -> method(text, "GET") || method(text, "PUT");
                    case 4 -> isHead;
                    case 5 -> method(text, "TRACE");
                    case 6 -> method(text, "DELETE");
                    case 7 -> method(text, "OPTIONS");
                    default -> false;
                };
    }

    /** The last proxy before us says so, if it says anything (the last one is the nearest). */
    boolean wasForwardedFromHttps() {
        boolean https = false;
        for (int i = 0; i < head.count; i++) {
            if (head.id[i] == FieldName.X_FORWARDED_PROTO) {
                https = Bytes.is(head.bytes, head.valueStart[i], head.valueEnd[i], HTTPS);
            }
        }
        return https;
    }

    boolean isGet() {
        return method(head.bytes, "GET");
    }

    boolean isOptions() {
        return method(head.bytes, "OPTIONS");
    }

    private boolean method(byte[] text, String name) {
        if (methodEnd != name.length()) {
            return false;
        }
        for (int i = 0; i < methodEnd; i++) {
            if (text[i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Refusal readFields() {
        keepAlive = !http10;
        expectContinue = false;
        chunked = false;
        contentLength = -1;
        deadlineNanos = Deadline.NONE;
        grpcDeadline = false;
        hosts = 0;
        boolean wanted = false;
        boolean named = false;
        boolean tunnels = true;
        boolean close = false;
        for (int i = 0; i < head.count; i++) {
            Refusal refusal = null;
            switch (head.id[i]) {
                case FieldName.HOST -> refusal = readHost(i);
                case FieldName.CONTENT_LENGTH -> refusal = readLength(i);
                case FieldName.TRANSFER_ENCODING -> refusal = readEncoding(i);
                case FieldName.CONNECTION -> {
                    close |= head.lists(i, CLOSE);
                    keepAlive |= head.lists(i, KEEP_ALIVE);
                    wanted |= head.lists(i, UPGRADE);
                }
                case FieldName.EXPECT -> refusal = readExpect(i);
                case FieldName.GRPC_TIMEOUT, FieldName.EXPECTED_TIMEOUT -> readDeadline(i);
                case FieldName.UPGRADE -> {
                    named = true;
                    tunnels &= UpgradeField.tunnels(head, i);
                }
                default -> {}
            }
            if (refusal != null) {
                return refusal;
            }
        }
        keepAlive &= !close;
        if (chunked && contentLength >= 0) {
            return Refusal.BAD_FRAMING;
        }
        contentLength = Math.max(0, contentLength);
        // A server may ignore the field (RFC 9110 7.8), and where a body comes first, or what it
        // asks for is no protocol or not for us to pass on, this one does.
        upgrade = wanted && named && tunnels && !http10 && !chunked && contentLength == 0;
        return hosts == 0 && !http10 ? Refusal.BAD_HOST : null;
    }

    private @Nullable Refusal readHost(int field) {
        hosts++;
        if (hosts > 1 || !validHost(head.valueStart[field], head.valueEnd[field])) {
            return Refusal.BAD_HOST;
        }
        if (!absolute) {
            hostStart = head.valueStart[field];
            hostEnd = head.valueEnd[field];
        }
        return null;
    }

    private @Nullable Refusal readLength(int field) {
        if (contentLength >= 0) {
            return Refusal.BAD_FRAMING;
        }
        contentLength = head.number(field);
        // To some, a number that begins with a zero is octal.
        head.dropZeros(field);
        return contentLength < 0 ? Refusal.BAD_FRAMING : null;
    }

    private @Nullable Refusal readEncoding(int field) {
        boolean known = Bytes.is(head.bytes, head.valueStart[field], head.valueEnd[field], CHUNKED);
        if (!known || chunked || http10) {
            return Refusal.BAD_FRAMING;
        }
        chunked = true;
        return null;
    }

    /** The shortest counts; what is not well-formed does not. */
    private void readDeadline(int field) {
        int start = head.valueStart[field];
        int length = head.valueEnd[field] - start;
        var text = new String(head.bytes, start, length, StandardCharsets.ISO_8859_1);
        boolean grpc = head.id[field] == FieldName.GRPC_TIMEOUT;
        long nanos = grpc ? Deadline.parseGrpc(text) : Deadline.parseMillis(text);
        deadlineNanos = Math.min(deadlineNanos, nanos);
        grpcDeadline |= grpc && nanos != Deadline.NONE;
    }

    private @Nullable Refusal readExpect(int field) {
        if (http10) {
            return null;
        }
        if (!Bytes.is(head.bytes, head.valueStart[field], head.valueEnd[field], CONTINUE)) {
            return Refusal.EXPECTATION;
        }
        expectContinue = true;
        return null;
    }

    /** Where the target's path ends and a query, if there is one, begins. */
    int pathEnd() {
        int at = pathStart;
        while (at < targetEnd && head.bytes[at] != '?') {
            at++;
        }
        return at;
    }

    /** Room for so many bytes, until the next call. */
    byte[] scratch(int size) {
        if (scratch.length < size) {
            scratch = new byte[Math.max(size, 1024)];
        }
        return scratch;
    }

    /** Where the host's name ends and a port, if there is one, begins. */
    int hostNameEnd() {
        int at = hostEnd;
        while (at > hostStart && Bytes.digit(head.bytes[at - 1])) {
            at--;
        }
        boolean port = at > hostStart && head.bytes[at - 1] == ':';
        return port ? at - 1 : hostEnd;
    }

    private boolean validHost(int start, int end) {
        byte[] text = head.bytes;
        if (start == end) {
            return false;
        }
        int at = start;
        if (text[at] == '[') {
            at++;
            while (at < end && (Bytes.hex(text[at]) >= 0 || text[at] == ':' || text[at] == '.')) {
                at++;
            }
            if (at >= end || text[at] != ']' || at == start + 1) {
                return false;
            }
            at++;
        } else {
            while (at < end && Bytes.host(text[at])) {
                at++;
            }
            if (at == start) {
                return false;
            }
        }
        if (at < end && text[at] == ':') {
            at++;
            int digits = at;
            while (at < end && Bytes.digit(text[at])) {
                at++;
            }
            if (at - digits > 5) {
                return false;
            }
        }
        return at == end;
    }
}
