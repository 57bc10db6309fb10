package dev.ebb.gateway;

import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.FieldTraits;

/**
 * Puts a request's fields, as HTTP/2 has them, together to a head of HTTP/1.1, which then goes the
 * way of all heads. What comes in was checked field by field, so no value can break out of its
 * line. One per event loop; used again for the next request.
 */
final class RequestFields implements FieldSink {
    private static final byte[] VERSION = Bytes.ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = Bytes.ascii("host: ");
    private static final byte[] COOKIE = Bytes.ascii("cookie: ");
    private static final byte[] CHUNKED = Bytes.ascii("transfer-encoding: chunked\r\n");
    private static final byte[] NOTHING = Bytes.ascii("content-length: 0\r\n");
    private static final byte[] CRUMB_END = Bytes.ascii("; ");
    private static final byte[] COLON = Bytes.ascii(": ");
    private static final byte[] SPACE = Bytes.ascii(" ");
    private static final byte[] SLASH = Bytes.ascii("/");
    private static final byte[] CRLF = Bytes.ascii("\r\n");

    private final HeadWriter out = new HeadWriter();
    private final HeadWriter method = new HeadWriter();
    private final HeadWriter path = new HeadWriter();
    private final HeadWriter authority = new HeadWriter();
    private final HeadWriter cookies = new HeadWriter();
    private final NeverIndexed.Names never = new NeverIndexed.Names();
    private boolean lineWritten;
    private boolean hasLength;

    RequestFields begin() {
        out.clear();
        method.clear();
        path.clear();
        authority.clear();
        cookies.clear();
        never.clear();
        lineWritten = false;
        hasLength = false;
        return this;
    }

    @Override
    public void field(
            byte[] name, int nameFrom, int nameTo, byte[] value, int from, int to, int traits) {
        never.field(name, nameFrom, nameTo, traits);
        switch (FieldTraits.kind(traits)) {
            case FieldTraits.METHOD -> method.add(value, from, to);
            case FieldTraits.PATH -> path.add(value, from, to);
            case FieldTraits.AUTHORITY -> authority.add(value, from, to);
            // Whoever wants to know it is told how the client came (X-Forwarded-Proto).
            case FieldTraits.SCHEME -> {}
            case FieldTraits.COOKIE -> {
                // In crumbs here, and one field there (RFC 9113 8.2.3).
                if (cookies.size() > 0) {
                    cookies.add(CRUMB_END);
                }
                cookies.add(value, from, to);
            }
            default -> {
                hasLength |= FieldTraits.kind(traits) == FieldTraits.CONTENT_LENGTH;
                line();
                out.add(name, nameFrom, nameTo).add(COLON).add(value, from, to).add(CRLF);
            }
        }
    }

    /** All pseudo-header fields have come before the first other one. */
    private void line() {
        if (lineWritten) {
            return;
        }
        lineWritten = true;
        out.add(method).add(SPACE);
        if (path.size() == 0) {
            // CONNECT, which is refused all the same.
            path.add(SLASH);
        }
        out.add(path).add(VERSION);
        if (authority.size() > 0) {
            out.add(HOST).add(authority).add(CRLF);
        }
    }

    /** Those fields, as far as they have come, that no compression table may hold. */
    NeverIndexed never() {
        return never.names();
    }

    /**
     * That was all: puts the head where it is read.
     *
     * @param end the request has no body
     */
    void load(Head head, boolean end) {
        line();
        if (cookies.size() > 0) {
            out.add(COOKIE).add(cookies).add(CRLF);
        }
        if (!hasLength && !end) {
            out.add(CHUNKED);
        } else if (!hasLength && announcesNothing()) {
            out.add(NOTHING);
        }
        out.add(CRLF).copyTo(head);
    }

    /** A request of such a method says so if it has no body (RFC 9110 8.6). */
    private boolean announcesNothing() {
        return method.is("POST") || method.is("PUT") || method.is("PATCH");
    }
}
