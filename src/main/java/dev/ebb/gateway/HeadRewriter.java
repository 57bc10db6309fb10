package dev.ebb.gateway;

import dev.ebb.balance.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;

/**
 * Turns the head that came in into the one that goes out: fields for one hop taken out, those of a
 * proxy added (RFC 9110 7.6, RFC 7239), everything else as it came, byte by byte, apart from odd
 * spaces around values and zeros before lengths. One per event loop.
 */
final class HeadRewriter {
    private static final byte[] HTTP_11_LINE = Bytes.ascii(" HTTP/1.1\r\n");
    private static final byte[] HTTP_11 = Bytes.ascii("HTTP/1.1 ");
    private static final byte[] CRLF = Bytes.ascii("\r\n");
    private static final byte[] SPACE_CRLF = Bytes.ascii(" \r\n");
    private static final byte[] COLON = Bytes.ascii(": ");
    private static final byte[] DATE = Bytes.ascii("date: ");
    private static final byte[] LENGTH = Bytes.ascii("content-length: ");
    private static final byte[] COMMA = Bytes.ascii(", ");
    private static final byte[] CHUNKED = Bytes.ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] HOST = Bytes.ascii("Host: ");
    private static final byte[] FORWARDED_HOST = Bytes.ascii("X-Forwarded-Host: ");
    private static final byte[] FORWARDED_PREFIX = Bytes.ascii("X-Forwarded-Prefix: ");
    private static final byte[] FORWARDED_FOR = Bytes.ascii("X-Forwarded-For: ");
    private static final byte[] QUOTED_HOST = Bytes.ascii(";host=\"");
    private static final byte[] QUOTE_END = Bytes.ascii("\"\r\n");
    private static final byte[] CLOSE = Bytes.ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Bytes.ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Bytes.ascii("Connection: Upgrade\r\n");

    private static final byte[] SET_COOKIE = Bytes.ascii("Set-Cookie: ");
    private static final byte[] RETRY_AFTER = Bytes.ascii("Retry-After: ");

    /** For a refusal that says nothing about when to come again. */
    static final int NO_RETRY_AFTER = 0;

    private static final byte[] TOKEN_CLOSE = Bytes.ascii("close");
    private static final byte[] TOKEN_KEEP_ALIVE = Bytes.ascii("keep-alive");

    private final HeadWriter out = new HeadWriter();
    private final DateField date = new DateField();
    private final boolean givesIds;
    private final byte[] idName;
    private final byte[] via10;
    private final byte[] via11;
    private final byte[] via20;

    HeadRewriter(GatewaySettings settings) {
        GatewaySettings.RequestId requestId = settings.heads().requestId();
        givesIds = requestId.generate();
        idName = Bytes.ascii(requestId.header() + ": ");
        via10 = via(settings, "1.0");
        via11 = via(settings, "1.1");
        via20 = via(settings, "2.0");
    }

    /** What was received is told, not what is sent (RFC 9110 7.6.3). */
    private static byte[] via(GatewaySettings settings, String version) {
        Optional<String> name = settings.heads().via();
        return Bytes.ascii(name.map(n -> "Via: " + version + " " + n + "\r\n").orElse(""));
    }

    /**
     * The request's head as the instance gets it. It is the same at each attempt.
     *
     * @param id the request's, see {@link RequestIds#of}
     */
    ByteBuf request(
            RequestHead request,
            RouteEntry route,
            Peer peer,
            byte[] id,
            ByteBufAllocator allocator) {
        return request(request, route, peer, id, request.http10 ? via10 : via11, allocator);
    }

    /** The same for a request that came over HTTP/2. */
    ByteBuf requestOfHttp2(
            RequestHead request,
            RouteEntry route,
            Peer peer,
            byte[] id,
            ByteBufAllocator allocator) {
        return request(request, route, peer, id, via20, allocator);
    }

    private ByteBuf request(
            RequestHead request,
            RouteEntry route,
            Peer peer,
            byte[] id,
            byte[] via,
            ByteBufAllocator allocator) {
        Head head = request.head;
        out.clear();
        addLine(request, route);
        boolean named = namesFields(head);
        int run = head.fieldsStart;
        for (int i = 0; i < head.count; i++) {
            boolean drop = dropped(request, i, route, peer) || (named && removable(head, i));
            run = pass(head, i, drop, run);
        }
        out.add(head.bytes, run, head.length - 2);
        if (request.chunked) {
            out.add(CHUNKED);
        }
        if (request.upgrade) {
            out.add(UPGRADE);
        }
        addForwarded(request, peer);
        if (route.forwardedPrefix.length > 0) {
            addPrefix(request.head, route, peer);
        }
        out.add(via);
        if (givesIds) {
            addId(id);
        }
        return out.add(CRLF).toBuffer(allocator, 0);
    }

    private void addLine(RequestHead request, RouteEntry route) {
        byte[] text = request.head.bytes;
        if (!request.absolute && !route.rewrites) {
            out.add(text, 0, request.targetEnd).add(HTTP_11_LINE);
            return;
        }
        out.add(text, 0, request.targetStart);
        route.addTarget(request, out);
        out.add(HTTP_11_LINE);
        if (request.absolute) {
            out.add(HOST).add(text, request.hostStart, request.hostEnd).add(CRLF);
        }
    }

    /**
     * One field goes out or is left out.
     *
     * @param run where bytes begin that are not passed yet, up to this field
     * @return the same, for the next field
     */
    private int pass(Head head, int field, boolean drop, int run) {
        if (!drop && head.tidy) {
            return run;
        }
        out.add(head.bytes, run, head.nameStart[field]);
        if (!drop) {
            out.add(head.bytes, head.nameStart[field], head.nameEnd[field]).add(COLON);
            out.add(head.bytes, head.valueStart[field], head.valueEnd[field]).add(CRLF);
        }
        return head.lineEnd[field];
    }

    private static boolean dropped(RequestHead request, int field, RouteEntry route, Peer peer) {
        byte id = request.head.id[field];
        return switch (id) {
            case FieldName.OTHER, FieldName.CONTENT_LENGTH, FieldName.VIA -> false;
            case FieldName.HOST -> request.absolute;
            case FieldName.EXPECT -> request.http10;
            case FieldName.UPGRADE -> !request.upgrade;
            case FieldName.FORWARDED,
                    FieldName.X_FORWARDED_PROTO,
                    FieldName.X_FORWARDED_HOST,
                    FieldName.X_FORWARDED_PORT ->
                    !peer.trusted;
            case FieldName.X_FORWARDED_PREFIX -> !peer.trusted || route.forwardedPrefix.length > 0;
            // Written anew with what is left of it then.
            case FieldName.GRPC_TIMEOUT, FieldName.EXPECTED_TIMEOUT ->
                    request.deadlineNanos != Deadline.NONE;
            // Joined to one field with our own; or our own already.
            case FieldName.X_FORWARDED_FOR, FieldName.REQUEST_ID -> true;
            default -> true;
        };
    }

    /** Whether a Connection field says more than close and keep-alive; it seldom does. */
    static boolean namesFields(Head head) {
        for (int i = 0; i < head.count; i++) {
            if (head.id[i] == FieldName.CONNECTION) {
                int start = head.valueStart[i];
                int end = head.valueEnd[i];
                if (!Bytes.is(head.bytes, start, end, TOKEN_CLOSE)
                        && !Bytes.is(head.bytes, start, end, TOKEN_KEEP_ALIVE)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A client must not get us to drop what the gateway and the instance rely on. */
    static boolean removable(Head head, int field) {
        return head.id[field] == FieldName.OTHER && head.namedInConnection(field);
    }

    private void addForwarded(RequestHead request, Peer peer) {
        Head head = request.head;
        boolean proto = false;
        boolean host = false;
        boolean port = false;
        out.add(peer.clientCert);
        out.add(FORWARDED_FOR);
        for (int i = 0; peer.trusted && i < head.count; i++) {
            switch (head.id[i]) {
                case FieldName.X_FORWARDED_FOR ->
                        out.add(head.bytes, head.valueStart[i], head.valueEnd[i]).add(COMMA);
                case FieldName.X_FORWARDED_PROTO -> proto = true;
                case FieldName.X_FORWARDED_HOST -> host = true;
                case FieldName.X_FORWARDED_PORT -> port = true;
                default -> {}
            }
        }
        out.add(peer.address);
        if (!proto) {
            out.add(peer.proto);
        }
        if (!port) {
            out.add(peer.port);
        }
        int start = request.hostStart;
        int end = request.hostEnd;
        if (end == 0) {
            out.add(HOST).add(peer.localAddress).add(CRLF);
            out.add(peer.forwarded).add(CRLF);
            return;
        }
        if (!host) {
            out.add(FORWARDED_HOST).add(head.bytes, start, end).add(CRLF);
        }
        out.add(peer.forwarded).add(QUOTED_HOST).add(head.bytes, start, end).add(QUOTE_END);
    }

    /** In one field with those of proxies before, outermost first, as Spring reads it. */
    private void addPrefix(Head head, RouteEntry route, Peer peer) {
        out.add(FORWARDED_PREFIX);
        for (int i = 0; peer.trusted && i < head.count; i++) {
            if (head.id[i] == FieldName.X_FORWARDED_PREFIX) {
                out.add(head.bytes, head.valueStart[i], head.valueEnd[i]).add(COMMA);
            }
        }
        out.add(route.forwardedPrefix).add(CRLF);
    }

    /**
     * The response's head as the client gets it.
     *
     * @param framed the body goes out chunked, as it came
     * @return to be used before the next head is written
     */
    HeadWriter response(ResponseHead response, boolean framed, Hereafter connection) {
        Head head = response.head;
        out.clear();
        out.add(HTTP_11).add(response.status);
        if (head.bytes[response.reasonStart] == ' ') {
            out.add(head.bytes, response.reasonStart, response.lineEnd);
        } else {
            out.add(SPACE_CRLF);
        }
        boolean lengthless = response.status < 200 || response.status == 204;
        boolean named = namesFields(head);
        int run = head.fieldsStart;
        for (int i = 0; i < head.count; i++) {
            byte id = head.id[i];
            boolean drop =
                    id >= FieldName.FIRST_HOP_BY_HOP
                            || id == FieldName.CONNECTION
                            || (id == FieldName.UPGRADE && response.status != 101)
                            || id == FieldName.TRANSFER_ENCODING
                            || (id == FieldName.CONTENT_LENGTH
                                    && (lengthless || i != response.lengthField))
                            || (named && removable(head, i));
            run = pass(head, i, drop, run);
        }
        out.add(head.bytes, run, head.length - 2);
        if (response.cookie.length > 0) {
            out.add(SET_COOKIE).add(response.cookie).add(CRLF);
        }
        if (framed) {
            out.add(CHUNKED);
        }
        if (response.status >= 200) {
            addConnection(connection);
        } else if (response.status == 101) {
            out.add(UPGRADE);
        }
        return out.add(CRLF);
    }

    private void addConnection(Hereafter connection) {
        switch (connection) {
            case CLOSES -> out.add(CLOSE);
            case STAYS -> {}
            case STAYS_FOR_HTTP10 -> out.add(KEEP_ALIVE);
        }
    }

    private void addId(byte[] id) {
        if (id.length > 0) {
            out.add(idName).add(id).add(CRLF);
        }
    }

    /**
     * The gateway's own answer, complete.
     *
     * @param retryAfterSeconds a time to come again; {@link #NO_RETRY_AFTER} for none
     * @param id the request's, for its user to quote; empty for none
     */
    ByteBuf refusal(
            Refusal refusal,
            int retryAfterSeconds,
            byte[] id,
            Hereafter connection,
            boolean toHead,
            ByteBufAllocator allocator) {
        out.clear();
        out.add(refusal.head());
        if (retryAfterSeconds != NO_RETRY_AFTER) {
            out.add(RETRY_AFTER).add(Bytes.ascii(Integer.toString(retryAfterSeconds))).add(CRLF);
        }
        addId(id);
        addConnection(connection);
        out.add(CRLF);
        if (!toHead) {
            out.add(refusal.body());
        }
        return out.toBuffer(allocator, 0);
    }

    /** The value of a Date field. */
    byte[] date() {
        return date.at(System.currentTimeMillis());
    }

    /**
     * An answer that the configuration gives, complete.
     *
     * @param id the request's; empty for none
     */
    ByteBuf own(
            OwnAnswer answer,
            byte[] id,
            Hereafter connection,
            boolean toHead,
            ByteBufAllocator allocator) {
        out.clear();
        out.add(HTTP_11).add(answer.status()).add(SPACE_CRLF);
        for (OwnAnswer.Field field : answer.fields()) {
            out.add(field.name()).add(COLON).add(field.value()).add(CRLF);
        }
        out.add(DATE).add(date()).add(CRLF);
        addId(id);
        if (answer.status() != 204 && answer.status() != 304) {
            out.add(LENGTH).add(Bytes.ascii(String.valueOf(answer.body().length))).add(CRLF);
        }
        addConnection(connection);
        out.add(CRLF);
        if (!toHead) {
            out.add(answer.body());
        }
        return out.toBuffer(allocator, 0);
    }
}
