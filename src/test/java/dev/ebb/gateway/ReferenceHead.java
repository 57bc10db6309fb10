package dev.ebb.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A second reading of a request's head, to compare the gateway's with: written from RFC 9110 and
 * 9112 and the gateway's stated rules, as plainly as possible and with no code in common.
 */
final class ReferenceHead {
    static final String REFUSED = "refused";
    static final String INCOMPLETE = "incomplete";

    static final int MOST_BYTES = 32 * 1024;
    static final int MOST_TARGET_BYTES = 8 * 1024;
    static final int MOST_FIELDS = 100;

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
    private static final Pattern BARE_LF = Pattern.compile("(?<!\r)\n");
    private static final Pattern LINE =
            Pattern.compile("(" + TOKEN + "{1,32}) ([!-~&&[^#]]+) HTTP/1\\.([01])");
    private static final Pattern FIELD =
            Pattern.compile("(" + TOKEN + "+):[ \t]*([\t -~\\x80-\\xff]*)");
    private static final String PROTOCOL = "[ \t]*%s+(?:/%s+)?[ \t]*".formatted(TOKEN, TOKEN);
    private static final Pattern PROTOCOLS = Pattern.compile(PROTOCOL + "(?:," + PROTOCOL + ")*");
    private static final Pattern H2C = Pattern.compile("(?i)(?:^|,)[ \t]*h2c[ \t]*(?:[,/]|$)");
    private static final String HOST = "(?:[0-9A-Za-z._~-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{0,5})?";
    private static final Pattern ABSOLUTE =
            Pattern.compile("(?i:http)://(" + HOST + ")((?:[/?].*)?)");

    private final String method;
    private final String line;
    private final boolean http10;
    private String target = "";
    private String host = "";
    private final List<String[]> fields = new ArrayList<>();

    private ReferenceHead(String method, String line, boolean http10) {
        this.method = method;
        this.line = line;
        this.http10 = http10;
    }

    /** The reading as one line, or {@link #REFUSED}, or {@link #INCOMPLETE}. */
    static String read(String text) {
        int end = text.indexOf("\r\n\r\n");
        var head = end < 0 ? text : text.substring(0, end + 4);
        if (BARE_LF.matcher(head).find() || head.length() > MOST_BYTES) {
            return REFUSED;
        }
        if (end < 0) {
            return INCOMPLETE;
        }
        var lines = text.substring(0, end).split("\r\n", -1);
        var line = LINE.matcher(lines[0]);
        if (!line.matches() || line.group(2).length() > MOST_TARGET_BYTES) {
            return REFUSED;
        }
        var read = new ReferenceHead(line.group(1), line.group(2), line.group(3).equals("0"));
        boolean good = read.readTarget() && read.readFields(lines) && read.readHost();
        return good ? read.framed(head.length()) : REFUSED;
    }

    private boolean readTarget() {
        target = line;
        var absolute = ABSOLUTE.matcher(line);
        if (method.equals("CONNECT")) {
            return false;
        }
        if (absolute.matches()) {
            host = absolute.group(1);
            target = absolute.group(2);
            if (!target.startsWith("/")) {
                boolean whole = target.isEmpty() && method.equals("OPTIONS");
                target = whole ? "*" : "/" + target;
            }
            return true;
        }
        return line.startsWith("/") || (line.equals("*") && method.equals("OPTIONS"));
    }

    private boolean readFields(String[] lines) {
        for (int i = 1; i < lines.length; i++) {
            var field = FIELD.matcher(lines[i]);
            if (!field.matches()) {
                return false;
            }
            fields.add(
                    new String[] {
                        field.group(1).toLowerCase(Locale.ROOT),
                        field.group(2).replaceAll("[ \t]+$", "")
                    });
        }
        return fields.size() <= MOST_FIELDS;
    }

    private List<String> values(String name) {
        return fields.stream().filter(f -> f[0].equals(name)).map(f -> f[1]).toList();
    }

    private boolean lists(String name, String token) {
        return values(name).stream()
                .flatMap(value -> Pattern.compile(",").splitAsStream(value))
                .anyMatch(part -> part.replaceAll("^[ \t]+|[ \t]+$", "").equalsIgnoreCase(token));
    }

    private boolean readHost() {
        var hosts = values("host");
        if (hosts.size() > 1 || (hosts.isEmpty() && !http10)) {
            return false;
        }
        if (!hosts.isEmpty() && !hosts.getFirst().matches(HOST)) {
            return false;
        }
        if (host.isEmpty() && !hosts.isEmpty()) {
            host = hosts.getFirst();
        }
        return true;
    }

    private String framed(int length) {
        var lengths = values("content-length");
        var codings = values("transfer-encoding");
        if (lengths.size() + codings.size() > 1) {
            return REFUSED;
        }
        var framing = "0";
        if (!lengths.isEmpty()) {
            if (!lengths.getFirst().matches("[0-9]{1,18}")) {
                return REFUSED;
            }
            framing = String.valueOf(Long.parseLong(lengths.getFirst()));
        }
        if (!codings.isEmpty()) {
            if (http10 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                return REFUSED;
            }
            framing = "chunked";
        }
        boolean expects = !values("expect").isEmpty();
        if (!http10 && !values("expect").stream().allMatch("100-continue"::equalsIgnoreCase)) {
            return REFUSED;
        }
        boolean close = lists("connection", "close");
        boolean keep = !close && (!http10 || lists("connection", "keep-alive"));
        boolean upgrade =
                !http10
                        && framing.equals("0")
                        && lists("connection", "upgrade")
                        && !values("upgrade").isEmpty()
                        && values("upgrade").stream().allMatch(PROTOCOLS.asMatchPredicate())
                        && values("upgrade").stream().noneMatch(H2C.asPredicate());
        return reading(length, method, target, host, framing, keep, expects && !http10, upgrade);
    }

    static String reading(
            int length,
            String method,
            String target,
            String host,
            String framing,
            boolean keep,
            boolean expects,
            boolean upgrade) {
        return "%d %s %s host=%s body=%s%s%s%s"
                .formatted(
                        length,
                        method,
                        target,
                        host,
                        framing,
                        keep ? " keep" : "",
                        expects ? " expects" : "",
                        upgrade ? " upgrade" : "");
    }
}
