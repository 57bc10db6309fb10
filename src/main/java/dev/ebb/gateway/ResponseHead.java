package dev.ebb.gateway;

import org.jspecify.annotations.Nullable;

/**
 * What a response's head means. Read from a {@link Head}, whose positions it refers to; one per
 * event loop. As strict as the request's side: an instance whose answer can be read in two ways is
 * not believed at all.
 */
final class ResponseHead {
    private static final byte[] CLOSE = Bytes.ascii("close");
    private static final byte[] KEEP_ALIVE = Bytes.ascii("keep-alive");
    private static final byte[] UPGRADE = Bytes.ascii("upgrade");
    private static final byte[] WEB_SOCKET = Bytes.ascii("websocket");
    private static final byte[] CHUNKED = Bytes.ascii("chunked");
    private static final byte[] TIMEOUT = Bytes.ascii("timeout=");
    private static final byte[] VERSION = Bytes.ascii("HTTP/1.");
    private static final byte[] EVENT_STREAM = Bytes.ascii("text/event-stream");
    private static final byte[] GRPC = Bytes.ascii("application/grpc");
    private static final byte[] RETRY_AFTER = Bytes.ascii("retry-after");
    private static final long MOST_SECONDS = 1_000_000_000L;
    private static final byte[] CONTENT_TYPE = Bytes.ascii("content-type");

    /** Where no cookie is set. */
    static final byte[] NO_COOKIE = {};

    final Head head;

    /** The value of a Set-Cookie field that the gateway adds. */
    byte[] cookie = NO_COOKIE;

    int status;

    /** Where the start line's reason phrase begins, the space before it included. */
    int reasonStart;

    int lineEnd;
    boolean persistent;
    boolean chunked;

    /** -1 when not given. */
    long contentLength;

    /** Index of the field that says so; further ones say the same and are not passed on. */
    int lengthField;

    /** What the instance promised in its Keep-Alive field; -1 for nothing. */
    int idleSeconds;

    /** The instance agrees to another protocol, if the status is 101. */
    boolean upgrade;

    /** That protocol is WebSocket. */
    boolean webSocket;

    /** An event stream: open for as long as someone listens. */
    boolean stream;

    /** Messages of gRPC, of which there may be more for as long as both sides like. */
    boolean grpc;

    /** Those of its fields that no compression table may hold, as HTTP/2 tells. */
    NeverIndexed never = NeverIndexed.NONE;

    ResponseHead(Head head) {
        this.head = head;
    }

    /** When the instance wants to be asked again, if it says so in seconds; 0 for no word. */
    long retryAfterNanos() {
        for (int i = 0; i < head.count; i++) {
            int end = head.nameStart[i] + RETRY_AFTER.length;
            boolean named =
                    end < head.length
                            && head.bytes[end] == ':'
                            && FieldName.same(head.bytes, head.nameStart[i], RETRY_AFTER);
            if (named) {
                long seconds = Math.min(MOST_SECONDS, head.number(i));
                return Math.max(0, seconds) * 1_000_000_000L;
            }
        }
        return 0;
    }

    /** Reads what {@link Head#load} brought; the answer is null when all is well. */
    @Nullable String read() {
        never = NeverIndexed.NONE;
        cookie = NO_COOKIE;
        byte[] text = head.bytes;
        // "HTTP/1.1 200\r\n\r\n" is the shortest.
        if (head.length < 16) {
            return "too short";
        }
        for (int i = 0; i < VERSION.length; i++) {
            if (text[i] != VERSION[i]) {
                return "no HTTP/1.x";
            }
        }
        if ((text[7] != '0' && text[7] != '1') || text[8] != ' ') {
            return "no HTTP/1.x";
        }
        status = 0;
        for (int i = 9; i < 12; i++) {
            if (!Bytes.digit(text[i])) {
                return "no status";
            }
            status = status * 10 + (text[i] - '0');
        }
        if (status < 100 || status > 599) {
            return "no status";
        }
        reasonStart = 12;
        int at = reasonStart;
        if (text[at] == ' ') {
            while (Bytes.value(text[at])) {
                at++;
            }
        }
        if (text[at] != Bytes.CR || text[at + 1] != Bytes.LF) {
            return "a malformed status line";
        }
        lineEnd = at + 2;
        if (head.readFields(lineEnd) != Head.Flaw.NONE) {
            return "malformed fields";
        }
        return readFields(text[7] == '1');
    }

    private @Nullable String readFields(boolean http11) {
        chunked = false;
        contentLength = -1;
        idleSeconds = -1;
        stream = false;
        grpc = false;
        upgrade = false;
        webSocket = false;
        boolean named = false;
        boolean close = false;
        boolean keep = http11;
        boolean encoded = false;
        for (int i = 0; i < head.count; i++) {
            switch (head.id[i]) {
                case FieldName.CONTENT_LENGTH -> {
                    long length = head.number(i);
                    if (length < 0 || (contentLength >= 0 && contentLength != length)) {
                        return "an unclear length";
                    }
                    if (contentLength < 0) {
                        lengthField = i;
                    }
                    contentLength = length;
                    head.dropZeros(i);
                }
                case FieldName.TRANSFER_ENCODING -> {
                    if (encoded || !http11 || !is(i, CHUNKED)) {
                        return "an unknown transfer encoding";
                    }
                    encoded = true;
                }
                case FieldName.CONNECTION -> {
                    close |= head.lists(i, CLOSE);
                    keep |= head.lists(i, KEEP_ALIVE);
                    upgrade |= head.lists(i, UPGRADE);
                }
                case FieldName.UPGRADE -> {
                    named = true;
                    webSocket = is(i, WEB_SOCKET);
                }
                case FieldName.KEEP_ALIVE -> readIdle(i);
                default -> readOther(i);
            }
        }
        chunked = encoded;
        upgrade &= named;
        persistent = keep && !close;
        return chunked && contentLength >= 0 ? "an unclear length" : null;
    }

    private boolean is(int field, byte[] lower) {
        return Bytes.is(head.bytes, head.valueStart[field], head.valueEnd[field], lower);
    }

    private void readOther(int i) {
        if (head.nameEnd[i] - head.nameStart[i] == CONTENT_TYPE.length
                && FieldName.same(head.bytes, head.nameStart[i], CONTENT_TYPE)) {
            stream = begins(i, EVENT_STREAM);
            grpc = begins(i, GRPC);
        }
    }

    private boolean begins(int field, byte[] lower) {
        return head.valueEnd[field] - head.valueStart[field] >= lower.length
                && FieldName.same(head.bytes, head.valueStart[field], lower);
    }

    private void readIdle(int field) {
        int end = head.valueEnd[field];
        for (int at = head.valueStart[field]; at + TIMEOUT.length < end; at++) {
            if (FieldName.same(head.bytes, at, TIMEOUT)) {
                int seconds = 0;
                int digit = at + TIMEOUT.length;
                while (digit < end && Bytes.digit(head.bytes[digit]) && seconds < 100_000) {
                    seconds = seconds * 10 + (head.bytes[digit] - '0');
                    digit++;
                }
                idleSeconds = seconds;
                return;
            }
        }
    }

    /** Whether a response with this status has no body, whatever its fields say. */
    static boolean bodyless(int status, boolean toHead) {
        return toHead || status == 204 || status == 304 || status < 200;
    }
}
