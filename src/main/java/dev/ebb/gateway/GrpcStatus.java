package dev.ebb.gateway;

/**
 * How the gateway's own answers are told to clients of gRPC: by a status in the trailers of a
 * response that is 200 all the same. The numbers are gRPC's (its documentation of status codes).
 */
final class GrpcStatus {
    static final int DEADLINE_EXCEEDED = 4;
    static final int RESOURCE_EXHAUSTED = 8;
    static final int UNIMPLEMENTED = 12;
    static final int INTERNAL = 13;
    static final int UNAVAILABLE = 14;

    private static final byte[] CONTENT_TYPE = Bytes.ascii("content-type");
    private static final byte[] GRPC = Bytes.ascii("application/grpc");

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

    private static int find(Head head, byte[] name) {
        for (int i = 0; i < head.count; i++) {
            if (Bytes.is(head.bytes, head.nameStart[i], head.nameEnd[i], name)) {
                return i;
            }
        }
        return -1;
    }
}
