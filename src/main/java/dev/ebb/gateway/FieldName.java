package dev.ebb.gateway;

import dev.ebb.balance.Deadline;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The field names that the gateway acts upon, as small numbers; everything else is {@link #OTHER}.
 * Finding one costs a look at the length and, at most, a compare with two names.
 *
 * <p>Services that are run by CGI and its successors see a field as a variable, in which '-' and
 * '_' are the same: {@code X_Forwarded_For} would stand beside ours as its equal, and {@code Proxy}
 * become {@code HTTP_PROXY}. So neither is passed on.
 */
final class FieldName {
    static final int OTHER = 0;
    static final int HOST = 1;
    static final int CONTENT_LENGTH = 2;
    static final int TRANSFER_ENCODING = 3;
    static final int CONNECTION = 4;
    static final int EXPECT = 5;
    static final int UPGRADE = 6;
    static final int FORWARDED = 7;
    static final int X_FORWARDED_FOR = 8;
    static final int X_FORWARDED_PROTO = 9;
    static final int X_FORWARDED_HOST = 10;
    static final int X_FORWARDED_PORT = 11;
    static final int X_FORWARDED_PREFIX = 12;
    static final int VIA = 13;

    /** How long the request may still take; passed on with what is left of it then. */
    static final int GRPC_TIMEOUT = 14;

    static final int EXPECTED_TIMEOUT = 15;

    /** From here on: fields for one hop, which are never passed on. */
    static final int FIRST_HOP_BY_HOP = 16;

    static final int KEEP_ALIVE = 16;
    static final int PROXY_CONNECTION = 17;
    static final int TE = 18;
    static final int PROXY_AUTHORIZATION = 19;
    static final int PROXY_AUTHENTICATE = 20;
    static final int HTTP2_SETTINGS = 21;
    static final int PROXY = 22;

    /** Only the gateway itself may say what TLS has verified (RFC 9440 4). */
    static final int CLIENT_CERT = 23;

    static final int CLIENT_CERT_CHAIN = 24;

    /** One of the names above, with '_' for '-'. */
    static final int LOOK_ALIKE = 25;

    /** The request's id, whatever its name is; {@link RequestIds} tells. Written anew. */
    static final int REQUEST_ID = 26;

    /** What an instance says of its load to a gateway that asks for it; {@link LoadReports}. */
    static final int LOAD_REPORT = 27;

    private static final byte[][] NAMES =
            Arrays.stream(
                            new String[] {
                                "",
                                "host",
                                "content-length",
                                "transfer-encoding",
                                "connection",
                                "expect",
                                "upgrade",
                                "forwarded",
                                "x-forwarded-for",
                                "x-forwarded-proto",
                                "x-forwarded-host",
                                "x-forwarded-port",
                                "x-forwarded-prefix",
                                "via",
                                Deadline.GRPC_FIELD,
                                Deadline.FIELD,
                                "keep-alive",
                                "proxy-connection",
                                "te",
                                "proxy-authorization",
                                "proxy-authenticate",
                                "http2-settings",
                                "proxy",
                                "client-cert",
                                "client-cert-chain"
                            })
                    .map(name -> name.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);
    private static final int LONGEST = 30;
    private static final int[][] BY_LENGTH = byLength();

    private FieldName() {}

    private static int[][] byLength() {
        var table = new int[LONGEST + 1][];
        for (int length = 0; length <= LONGEST; length++) {
            int wanted = length;
            table[length] =
                    java.util.stream.IntStream.range(1, NAMES.length)
                            .filter(id -> NAMES[id].length == wanted)
                            .toArray();
        }
        return table;
    }

    /** The number of the name in {@code text[start, end)}, which holds token characters only. */
    static int of(byte[] text, int start, int end) {
        int length = end - start;
        if (length > LONGEST) {
            return OTHER;
        }
        for (int id : BY_LENGTH[length]) {
            if (same(text, start, NAMES[id])) {
                return id;
            }
            if (NAMES[id].length > 6 && alike(text, start, NAMES[id])) {
                return LOOK_ALIKE;
            }
        }
        return OTHER;
    }

    /** Whether {@code lower} stands at {@code start}, in any case, with '-' or '_' for '-'. */
    static boolean alike(byte[] text, int start, byte[] lower) {
        for (int i = 0; i < lower.length; i++) {
            byte b = text[start + i];
            if ((b | 0x20) != lower[i] && (b != '_' || lower[i] != '-')) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code lower} stands at {@code start}, upper or lower case. */
    static boolean same(byte[] text, int start, byte[] lower) {
        for (int i = 0; i < lower.length; i++) {
            if ((text[start + i] | 0x20) != lower[i]) {
                return false;
            }
        }
        return true;
    }
}
