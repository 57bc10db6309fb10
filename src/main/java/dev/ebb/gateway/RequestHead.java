package dev.ebb.gateway;

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
    private static final byte[] H2C = Bytes.ascii("h2c");
    private static final byte[] HTTP_1 = Bytes.ascii("HTTP/1.");
    private static final byte[] HTTP = Bytes.ascii("HTTP/");
    private static final int LONGEST_METHOD = 32;

    final Head head;
    private final int maxTarget;

    int methodEnd;
    int targetStart;
    int targetEnd;
    boolean http10;
    boolean keepAlive;
    boolean expectContinue;
    boolean chunked;

    /** Of the body, when it is not chunked. */
    long contentLength;

    /** Index of the Host field; -1 for none. */
    int host;

    boolean isHead;
    boolean idempotent;

    RequestHead(Head head, int maxTarget) {
        this.head = head;
        this.maxTarget = maxTarget;
    }

    /** Reads what {@link Head#load} brought; the answer is null when all is well. */
    @Nullable Refusal read() {
        Refusal refusal = readLine();
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

    private @Nullable Refusal readLine() {
        byte[] text = head.bytes;
        int at = 0;
        while (at <= LONGEST_METHOD && Bytes.token(text[at])) {
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
        return readTarget(text);
    }

    private @Nullable Refusal readTarget(byte[] text) {
        if (method(text, "CONNECT")) {
            return Refusal.METHOD_NOT_ALLOWED;
        }
        boolean asterisk =
                text[targetStart] == '*' && targetEnd == targetStart + 1 && method(text, "OPTIONS");
        return text[targetStart] == '/' || asterisk ? null : Refusal.BAD_TARGET;
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
        host = -1;
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
                }
                case FieldName.EXPECT -> refusal = readExpect(i);
                // Others may be ignored (RFC 9110 7.8); who asks for a WebSocket must be told no.
                case FieldName.UPGRADE -> refusal = head.lists(i, H2C) ? null : Refusal.UPGRADE;
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
        return host < 0 && !http10 ? Refusal.BAD_HOST : null;
    }

    private @Nullable Refusal readHost(int field) {
        if (host >= 0 || !validHost(field)) {
            return Refusal.BAD_HOST;
        }
        host = field;
        return null;
    }

    private @Nullable Refusal readLength(int field) {
        if (contentLength >= 0) {
            return Refusal.BAD_FRAMING;
        }
        contentLength = head.number(field);
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

    /** Where the host's name ends and a port, if there is one, begins. */
    int hostNameEnd() {
        int at = head.valueEnd[host];
        while (at > head.valueStart[host] && Bytes.digit(head.bytes[at - 1])) {
            at--;
        }
        boolean port = at > head.valueStart[host] && head.bytes[at - 1] == ':';
        return port ? at - 1 : head.valueEnd[host];
    }

    private boolean validHost(int field) {
        byte[] text = head.bytes;
        int start = head.valueStart[field];
        int end = head.valueEnd[field];
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
