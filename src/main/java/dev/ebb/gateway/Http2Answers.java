package dev.ebb.gateway;

import dev.ebb.gateway.http2.FieldSink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * What goes to clients of HTTP/2: the fields of an instance's answer without those that were for
 * one hop, and the gateway's own answers. No state.
 */
final class Http2Answers {
    private static final byte[] CONTENT_TYPE = Bytes.ascii("content-type");
    private static final byte[] CONTENT_LENGTH = Bytes.ascii("content-length");
    private static final byte[] PLAIN = Bytes.ascii("text/plain");
    private static final byte[] GRPC = Bytes.ascii("application/grpc");
    private static final byte[] REASON = Bytes.ascii("x-ebb-reason");
    private static final byte[] SET_COOKIE = Bytes.ascii("set-cookie");
    private static final byte[] RETRY_AFTER = Bytes.ascii("retry-after");
    private static final byte[] DATE = Bytes.ascii("date");
    private static final byte[] ALLOW = Bytes.ascii("allow");
    private static final byte[] GRPC_STATUS = Bytes.ascii("grpc-status");
    private static final byte[] GRPC_PUSHBACK = Bytes.ascii("grpc-retry-pushback-ms");
    private static final int MOST_SECONDS = Integer.MAX_VALUE / 1000;
    private static final byte[] GRPC_MESSAGE = Bytes.ascii("grpc-message");

    private Http2Answers() {}

    /** The fields of the answer, but for its status. */
    static void fields(ResponseHead response, FieldSink out) {
        Head head = response.head;
        boolean lengthless = response.status < 200 || response.status == 204;
        boolean named = HeadRewriter.namesFields(head);
        for (int i = 0; i < head.count; i++) {
            byte id = head.id[i];
            boolean drop =
                    id >= FieldName.FIRST_HOP_BY_HOP
                            || id == FieldName.CONNECTION
                            || id == FieldName.UPGRADE
                            || id == FieldName.TRANSFER_ENCODING
                            || (id == FieldName.CONTENT_LENGTH
                                    && (lengthless || i != response.lengthField))
                            || (named && HeadRewriter.removable(head, i));
            if (!drop) {
                byte[] text = head.bytes;
                int from = head.nameStart[i];
                int to = head.nameEnd[i];
                int traits = response.never.traits(text, from, to);
                out.field(text, from, to, text, head.valueStart[i], head.valueEnd[i], traits);
            }
        }
        if (response.cookie.length > 0) {
            add(out, SET_COOKIE, response.cookie);
        }
    }

    /** The request's id, for its user to quote; empty for none. */
    static void id(byte[] lowerName, byte[] id, FieldSink out) {
        if (id.length > 0) {
            add(out, lowerName, id);
        }
    }

    /** The fields of the gateway's own answer, but for its status. */
    static void refusal(Refusal refusal, int retryAfterSeconds, FieldSink out) {
        add(out, CONTENT_TYPE, PLAIN);
        add(out, CONTENT_LENGTH, number(refusal.body().length));
        add(out, REASON, Bytes.ascii(refusal.code()));
        if (retryAfterSeconds != HeadRewriter.NO_RETRY_AFTER) {
            add(out, RETRY_AFTER, number(retryAfterSeconds));
        }
        if (refusal == Refusal.METHOD_NOT_ALLOWED) {
            add(out, ALLOW, Bytes.ascii(Refusal.ALLOWED));
        }
    }

    /** The fields of an answer that a route prescribes, but for its status. */
    static void own(OwnAnswer answer, byte[] date, FieldSink out) {
        for (OwnAnswer.Field field : answer.fields()) {
            add(out, field.name(), field.value());
        }
        add(out, DATE, date);
        if (answer.status() != 204 && answer.status() != 304) {
            add(out, CONTENT_LENGTH, number(answer.body().length));
        }
    }

    static ByteBuf body(byte[] text, ByteBufAllocator allocator) {
        return allocator.directBuffer(text.length).writeBytes(text);
    }

    /**
     * The same for a client of gRPC: a response of trailers only, whose status is 200. When to come
     * again it is told in milliseconds (gRPC's proposal A6, "Pushback"): clients that repeat such a
     * call wait for so long.
     */
    static void grpc(Refusal refusal, int retryAfterSeconds, FieldSink out) {
        add(out, CONTENT_TYPE, GRPC);
        add(out, GRPC_STATUS, number(GrpcStatus.of(refusal)));
        add(out, GRPC_MESSAGE, Bytes.ascii(refusal.code()));
        if (retryAfterSeconds != HeadRewriter.NO_RETRY_AFTER) {
            add(out, GRPC_PUSHBACK, number(Math.min(MOST_SECONDS, retryAfterSeconds) * 1000));
        }
        add(out, REASON, Bytes.ascii(refusal.code()));
    }

    /** Trailers of a gRPC answer that broke off, after whole messages or within one. */
    static void grpcCut(Refusal why, boolean betweenMessages, FieldSink out) {
        add(out, GRPC_STATUS, number(GrpcStatus.of(why)));
        String where = betweenMessages ? "" : ": cut in the middle of a message";
        add(out, GRPC_MESSAGE, Bytes.ascii(why.code() + where));
        add(out, REASON, Bytes.ascii(why.code()));
    }

    private static byte[] number(int number) {
        return Bytes.ascii(Integer.toString(number));
    }

    private static void add(FieldSink out, byte[] name, byte[] value) {
        out.field(name, 0, name.length, value, 0, value.length, 0);
    }
}
