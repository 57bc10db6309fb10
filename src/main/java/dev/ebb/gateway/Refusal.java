package dev.ebb.gateway;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the gateway itself answers, instead of an instance. The code is stable: it stands in the
 * {@code x-ebb-reason} field and in the metrics.
 */
// The arrays are written to by nobody.
@SuppressWarnings("ImmutableEnumChecker")
enum Refusal {
    MALFORMED_HEAD(400, "malformed_head", "The request's head is not well-formed HTTP/1.1."),
    BAD_TARGET(400, "bad_target", "The request target must be a path or an http URI."),
    BAD_HOST(400, "bad_host", "The request needs exactly one Host field, with a valid name."),
    BAD_FRAMING(400, "bad_framing", "The length of the request's body is not clear."),
    PLAIN_HTTP(400, "plain_http", "This port speaks TLS only; use https."),
    BAD_CHUNK(400, "bad_chunk", "The request's chunked body is not well-formed."),
    AMBIGUOUS_PATH(400, "ambiguous_path", "The path can be read as belonging to several routes."),
    NO_ROUTE(404, "no_route", "No service is routed here."),
    METHOD_NOT_ALLOWED(405, "method_not_allowed", "CONNECT is not supported."),
    REQUEST_TIMEOUT(408, "request_timeout", "The request did not arrive in time."),
    BODY_TOO_LARGE(413, "body_too_large", "The request's body is too large."),
    TARGET_TOO_LONG(414, "target_too_long", "The request target is too long."),
    EXPECTATION(417, "expectation", "Only Expect: 100-continue is supported."),
    HEAD_TOO_LARGE(431, "head_too_large", "The request's head is too large."),
    UPGRADE(501, "upgrade_unsupported", "This service does not speak that protocol."),
    VERSION(505, "version_unsupported", "Only HTTP/1.1 and HTTP/1.0 are supported."),

    CONNECT_REFUSED(502, "connect_refused", "The instance refused the connection."),
    CONNECT_FAILED(502, "connect_failed", "The instance cannot be reached."),
    TLS_FAILED(502, "tls_failed", "TLS with the instance could not be agreed on."),
    UPSTREAM_CLOSED(502, "upstream_closed", "The instance closed the connection."),
    BAD_RESPONSE(502, "bad_response", "The instance's answer is not well-formed HTTP/1.1."),
    RETRY_EXHAUSTED(502, "retry_exhausted", "No instance that was tried could answer."),
    NO_INSTANCE(503, "no_instance", "The service has no instance to answer at the moment."),
    STARTING(503, "starting", "The service's first instance is still starting; try again later."),
    OVERLOADED(503, "overloaded", "Too many requests wait for the service already."),
    LIMIT_REACHED(503, "limit_reached", "All of the service's instances are at their limits."),
    TOO_MANY_CONNECTIONS(503, "too_many_connections", "Too many connections are open already."),
    CONNECT_TIMEOUT(504, "connect_timeout", "The instance did not accept a connection in time."),
    RESPONSE_TIMEOUT(504, "response_timeout", "The instance did not answer in time."),
    REQUEST_DEADLINE(504, "request_deadline", "The request took longer than it may in all.");

    /** Methods that are, where one is not. */
    static final String ALLOWED = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH";

    private final int status;
    private final String code;
    private final byte[] body;
    private final byte[] head;

    Refusal(int status, String code, String text) {
        this.status = status;
        this.code = code;
        body = (status + " " + code + ": " + text + "\n").getBytes(StandardCharsets.US_ASCII);
        var allow = status == 405 ? "Allow: " + ALLOWED + "\r\n" : "";
        // A format would load the data of a locale, at each start.
        head =
                Bytes.ascii(
                        String.join(
                                "",
                                List.of(
                                        "HTTP/1.1 ",
                                        Integer.toString(status),
                                        " ",
                                        phrase(status),
                                        "\r\nContent-Type: text/plain\r\nContent-Length: ",
                                        Integer.toString(body.length),
                                        "\r\nx-ebb-reason: ",
                                        code,
                                        "\r\n",
                                        allow)));
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** The service failed, as opposed to the client's asking for what cannot be had. */
    boolean failure() {
        return compareTo(CONNECT_REFUSED) >= 0;
    }

    /** Time ran out while the instance worked on it. */
    boolean instanceWasSlow() {
        return this == RESPONSE_TIMEOUT || this == REQUEST_DEADLINE;
    }

    /** Head without its end, so that a Connection field may follow. */
    byte[] head() {
        return head;
    }

    byte[] body() {
        return body;
    }

    private static String phrase(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 417 -> "Expectation Failed";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> throw new IllegalArgumentException("no phrase for " + status);
        };
    }
}
