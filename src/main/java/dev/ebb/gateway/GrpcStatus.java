package dev.ebb.gateway;

import dev.ebb.balance.GrpcCode;

/**
 * How the gateway's own answers are told to clients of gRPC: by a status in the trailers of a
 * response that is 200 all the same. The numbers are gRPC's (its documentation of status codes).
 */
final class GrpcStatus {
    /** Nothing that is gRPC's, or without its status. */
    static final int NONE = -1;

    static final int UNKNOWN = 2;
    static final int DEADLINE_EXCEEDED = 4;
    static final int RESOURCE_EXHAUSTED = 8;
    static final int UNIMPLEMENTED = 12;
    static final int INTERNAL = 13;
    static final int UNAVAILABLE = 14;

    private static final byte[] CONTENT_TYPE = Bytes.ascii("content-type");
    private static final byte[] GRPC = Bytes.ascii("application/grpc");
    private static final byte[] STATUS = Bytes.ascii("grpc-status");

    private GrpcStatus() {}

    static int of(Refusal refusal) {
        return switch (refusal) {
            case NO_ROUTE, METHOD_NOT_ALLOWED, UPGRADE -> UNIMPLEMENTED;
            case REQUEST_TIMEOUT, RESPONSE_TIMEOUT, REQUEST_DEADLINE -> DEADLINE_EXCEEDED;
            case BODY_TOO_LARGE, OVERLOADED, LIMIT_REACHED, TOO_MANY_CONNECTIONS ->
                    RESOURCE_EXHAUSTED;
            case NO_INSTANCE,
                    STARTING,
                    CONNECT_REFUSED,
                    CONNECT_FAILED,
                    CONNECT_TIMEOUT,
                    TLS_FAILED,
                    UPSTREAM_CLOSED,
                    RETRY_EXHAUSTED ->
                    UNAVAILABLE;
            default -> INTERNAL;
        };
    }

    /** Whether it stands for an error of the server's, as 5xx does in HTTP. */
    static boolean isFailure(int number) {
        return number >= 0 && GrpcCode.outcome(number).failure();
    }

    /** Whether a head is gRPC's, by its content type (application/grpc and its like). */
    static boolean asks(Head head) {
        int field = find(head, CONTENT_TYPE);
        if (field < 0) {
            return false;
        }
        int start = head.valueStart[field];
        int end = start + GRPC.length;
        if (end > head.valueEnd[field] || !Bytes.is(head.bytes, start, end, GRPC)) {
            return false;
        }
        byte next = end == head.valueEnd[field] ? (byte) ';' : head.bytes[end];
        return next == ';' || next == '+' || next == ' ';
    }

    /**
     * Whether this is the head of an answer in gRPC's terms: messages, and then a status in
     * trailers. With a length given, to end before it would be malformed (RFC 9113 8.1.1).
     */
    static boolean endsWithTrailers(ResponseHead response) {
        return response.status == 200 && response.contentLength < 0 && asks(response.head);
    }

    /** The status in an answer's head, which is an answer of trailers only then. */
    static int in(ResponseHead response) {
        if (!response.grpc) {
            return NONE;
        }
        int field = find(response.head, STATUS);
        return field < 0 ? NONE : number(response.head, field);
    }

    private static int number(Head head, int field) {
        return number(head.bytes, head.valueStart[field], head.valueEnd[field]);
    }

    /** The status among the lines of trailers. */
    static int in(byte[] lines, int length) {
        int start = 0;
        while (start < length) {
            int end = start;
            while (end < length && lines[end] != Bytes.CR) {
                end++;
            }
            int value = start + STATUS.length;
            if (value < end && lines[value] == ':' && FieldName.same(lines, start, STATUS)) {
                value++;
                while (value < end && lines[value] == ' ') {
                    value++;
                }
                return number(lines, value, end);
            }
            start = end + 2;
        }
        return NONE;
    }

    /** What is no number is an error of the instance's: UNKNOWN. */
    private static int number(byte[] text, int start, int end) {
        int number = 0;
        for (int i = start; i < end; i++) {
            if (!Bytes.digit(text[i]) || i - start > 2) {
                return UNKNOWN;
            }
            number = number * 10 + (text[i] - '0');
        }
        return end > start ? number : UNKNOWN;
    }

    private static int find(Head head, byte[] name) {
        for (int i = 0; i < head.count; i++) {
            if (Bytes.is(head.bytes, head.nameStart[i], head.nameEnd[i], name)) {
                return i;
            }
        }
        return -1;
    }
}
