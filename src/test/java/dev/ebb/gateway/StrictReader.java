package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads requests as the gateway has to send them, with nothing left to anybody's judgment, and
 * shares no code with it: regular expressions for every line, one framing at most, exactly one
 * Host, no field for one hop. What does not match is a {@link Flaw}.
 */
final class StrictReader {
    static final class Flaw extends IOException {
        private static final long serialVersionUID = 1;

        Flaw(String what) {
            super(what);
        }
    }

    /**
     * One request.
     *
     * @param framing {@code none}, {@code length} or {@code chunked}
     */
    record Seen(
            String method,
            String target,
            List<String> fields,
            String framing,
            String body,
            List<String> trailers) {
        List<String> values(String name) {
            var prefix = name.toLowerCase(Locale.ROOT) + ":";
            return fields.stream()
                    .filter(field -> field.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(field -> field.substring(prefix.length()).strip())
                    .toList();
        }

        String host() {
            return values("host").getFirst();
        }
    }

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern LINE =
            Pattern.compile("(" + TOKEN + ") (/[!-~&&[^#]]*|\\*) HTTP/1\\.1");
    private static final Pattern FIELD =
            Pattern.compile(
                    "("
                            + TOKEN
                            + "):(?: ?(?:[!-~\\x80-\\xff](?:[\\t -~\\x80-\\xff]*"
                            + "[!-~\\x80-\\xff])?)?)");
    private static final String PROTOCOL = "\\s*" + TOKEN + "(?:/" + TOKEN + ")?\\s*";
    private static final Pattern PROTOCOLS = Pattern.compile(PROTOCOL + "(?:," + PROTOCOL + ")*");
    private static final Pattern H2C = Pattern.compile("(?i)(?:^|,)\\s*h2c(?![^,/\\s])");
    private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,17}");
    private static final Pattern HOST =
            Pattern.compile("(?:[0-9A-Za-z._~-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{0,5})?");
    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,15})(?:;[\\t -~]*)?");
    private static final Set<String> ONE_HOP =
            Set.of(
                    "keep-alive",
                    "proxy-connection",
                    "proxy",
                    "http2-settings",
                    "proxy-authorization");
    private static final Set<String> GATEWAYS_OWN =
            Set.of(
                    "host",
                    "content-length",
                    "transfer-encoding",
                    "x-forwarded-for",
                    "x-forwarded-proto",
                    "x-forwarded-port",
                    "x-forwarded-host",
                    "forwarded");

    private final InputStream in;

    /** Bytes of the request that has begun. */
    private int taken;

    StrictReader(InputStream in) {
        this.in = in;
    }

    /** Whether the connection ended within a request. */
    boolean within() {
        return taken > 0;
    }

    /** Bytes of the head or request that was read last. */
    int taken() {
        return taken;
    }

    /** The next request; an {@link EOFException} at the end of the connection. */
    Seen read() throws IOException {
        var seen = head();
        var whole = withBody(seen, seen.values("content-length"), seen.values("transfer-encoding"));
        taken = 0;
        return whole;
    }

    /** The next request's head. */
    Seen head() throws IOException {
        taken = 0;
        var text = line();
        var line = LINE.matcher(text);
        if (!line.matches()) {
            throw new Flaw("request line: " + text);
        }
        var fields = fields();
        var seen = new Seen(line.group(1), line.group(2), fields, "none", "", List.of());
        checkNames(seen);
        checkUpgrade(seen);
        if (seen.values("host").size() != 1 || !HOST.matcher(seen.host()).matches()) {
            throw new Flaw("Host: " + fields);
        }
        if (seen.values("content-length").size() + seen.values("transfer-encoding").size() > 1) {
            throw new Flaw("two framings: " + fields);
        }
        return seen;
    }

    /** Connection says Upgrade, and nothing else, where the client asks for another protocol. */
    private static void checkUpgrade(Seen seen) throws Flaw {
        var connection = seen.values("connection");
        boolean asked = !seen.values("upgrade").isEmpty();
        for (String protocols : seen.values("upgrade")) {
            if (!PROTOCOLS.matcher(protocols).matches() || H2C.matcher(protocols).find()) {
                throw new Flaw("Upgrade: " + protocols);
            }
        }
        if (!connection.equals(asked ? List.of("Upgrade") : List.of())) {
            throw new Flaw("Connection and Upgrade: " + seen.fields);
        }
    }

    private Seen withBody(Seen seen, List<String> lengths, List<String> codings)
            throws IOException {
        var trailers = new ArrayList<String>();
        String framing = "none";
        String body = "";
        if (!lengths.isEmpty()) {
            if (!LENGTH.matcher(lengths.getFirst()).matches()) {
                throw new Flaw("Content-Length: " + lengths);
            }
            framing = "length";
            body = exactly(Integer.parseInt(lengths.getFirst()));
        } else if (!codings.isEmpty()) {
            if (!codings.getFirst().equals("chunked")) {
                throw new Flaw("Transfer-Encoding: " + codings);
            }
            framing = "chunked";
            body = chunks(trailers);
        }
        return new Seen(seen.method, seen.target, seen.fields, framing, body, trailers);
    }

    private static void checkNames(Seen seen) throws Flaw {
        for (String field : seen.fields) {
            var name = field.substring(0, field.indexOf(':')).toLowerCase(Locale.ROOT);
            boolean te = name.equals("te") && !field.toLowerCase(Locale.ROOT).endsWith("trailers");
            if (ONE_HOP.contains(name) || te) {
                throw new Flaw("a field for one hop: " + field);
            }
            // What CGI makes the same variable of.
            if (name.contains("_") && GATEWAYS_OWN.contains(name.replace('_', '-'))) {
                throw new Flaw("a look-alike: " + field);
            }
        }
        for (String name : GATEWAYS_OWN) {
            if (seen.values(name).size() > 1) {
                throw new Flaw("twice: " + name + ": " + seen.fields);
            }
        }
    }

    private List<String> fields() throws IOException {
        var fields = new ArrayList<String>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            if (!FIELD.matcher(line).matches()) {
                throw new Flaw("field: " + line);
            }
            fields.add(line);
        }
        return fields;
    }

    private String chunks(List<String> trailers) throws IOException {
        var body = new StringBuilder();
        while (true) {
            var line = line();
            var chunk = CHUNK.matcher(line);
            if (!chunk.matches()) {
                throw new Flaw("chunk: " + line);
            }
            int size = Integer.parseInt(chunk.group(1), 16);
            if (size == 0) {
                trailers.addAll(fields());
                checkNames(new Seen("", "", trailers, "", "", List.of()));
                return body.toString();
            }
            body.append(exactly(size));
            if (!line().isEmpty()) {
                throw new Flaw("data behind a chunk");
            }
        }
    }

    private String exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        taken += bytes.length;
        if (bytes.length < length) {
            throw new EOFException();
        }
        return new String(bytes, ISO_8859_1);
    }

    /** Ends with CR LF, and neither of the two stands anywhere else. */
    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            taken++;
            if (b == '\r') {
                int lf = in.read();
                if (lf < 0) {
                    throw new EOFException();
                }
                taken++;
                if (lf != '\n') {
                    throw new Flaw("a bare CR behind: " + line.toString(ISO_8859_1));
                }
                return line.toString(ISO_8859_1);
            }
            if (b == '\n') {
                throw new Flaw("a bare LF behind: " + line.toString(ISO_8859_1));
            }
            line.write(b);
        }
    }
}
