package dev.ebb.config;

import dev.ebb.config.GatewayConfig.RequestId;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The keys below {@code gateway.request-id}. */
final class RequestIdSchema {
    private RequestIdSchema() {}

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,99}");

    /** They mean something else already, to the gateway or to everyone. */
    private static final Set<String> TAKEN =
            Set.of(
                    "authorization",
                    "client-cert",
                    "client-cert-chain",
                    "connection",
                    "content-encoding",
                    "content-length",
                    "content-type",
                    "cookie",
                    "date",
                    "expect",
                    "forwarded",
                    "grpc-timeout",
                    "host",
                    "http2-settings",
                    "keep-alive",
                    "proxy",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "set-cookie",
                    "te",
                    "traceparent",
                    "tracestate",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "via",
                    "x-ebb-reason",
                    "x-envoy-expected-rq-timeout-ms",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-port",
                    "x-forwarded-proto");

    private static final Key<String> HEADER =
            Key.of(
                    "header",
                    Kinds.scalar("a header field's name", RequestIdSchema::name, text -> text),
                    "X-Request-Id",
                    "The field that holds it.");
    private static final Key<Boolean> GENERATE =
            Key.optional(
                    "generate",
                    Kinds.yesNo(),
                    "Whether a request gets an id that comes without a good one (up to 128 visible"
                            + " ASCII characters, none of them a quote, backslash, comma,"
                            + " semicolon or angle bracket). By default it does if there is an"
                            + " `access-log`.");

    static final Section<RequestId> REQUEST_ID =
            new Section<>(
                    List.of(HEADER, GENERATE),
                    (v, problems) -> new RequestId(v.of(HEADER), v.given(GENERATE)));

    private static Kinds.Read<String> name(String text) {
        if (!NAME.matcher(text).matches()) {
            return Kinds.bad("is no name for it; write letters, digits and '-'");
        }
        return TAKEN.contains(text.toLowerCase(Locale.ROOT))
                ? Kinds.bad("means something else already; write for example X-Correlation-Id")
                : Kinds.good(text);
    }
}
