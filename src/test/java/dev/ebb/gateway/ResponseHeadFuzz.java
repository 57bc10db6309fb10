package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An answer's head: read as a few regular expressions read it, and passed on with one framing and
 * nothing that a client could read in two ways.
 */
public final class ResponseHeadFuzz {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
    private static final String TEXT = "[\t -~\\x80-\\xff]*";
    private static final Pattern LINE =
            Pattern.compile("HTTP/1\\.([01]) ([1-5][0-9][0-9])(?: " + TEXT + ")?");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "+):[ \t]*(" + TEXT + ")");
    private static final Pattern TIDY =
            Pattern.compile(TOKEN + "+: ?(?:[!-~\\x80-\\xff](?:" + TEXT + "[!-~\\x80-\\xff])?)?");
    private static final int MOST_FIELDS = 100;
    private static final ResponseHead RESPONSE = new ResponseHead(new Head(MOST_FIELDS));
    private static final HeadRewriter REWRITER = new HeadRewriter(GatewaySettings.DEFAULT);

    private ResponseHeadFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, ISO_8859_1);
        ByteBuf in = Unpooled.wrappedBuffer(data);
        int end = Head.endOf(in, 0);
        if (end < 0) {
            return;
        }
        RESPONSE.head.load(in, end);
        var found = RESPONSE.read() == null ? reading() : "refused";
        Fuzz.same(text, reference(text.substring(0, end - 4)), found);
        if (!found.equals("refused")) {
            checkPassed(text, true);
            checkPassed(text, false);
        }
    }

    private static String reading() {
        return "%d chunked=%s length=%d persistent=%s"
                .formatted(
                        RESPONSE.status,
                        RESPONSE.chunked,
                        RESPONSE.contentLength,
                        RESPONSE.persistent);
    }

    private static String reference(String head) {
        var lines = head.split("\r\n", -1);
        var line = LINE.matcher(lines[0]);
        if (!line.matches() || lines.length - 1 > MOST_FIELDS) {
            return "refused";
        }
        boolean http11 = line.group(1).equals("1");
        long length = -1;
        boolean chunked = false;
        boolean close = false;
        boolean keep = http11;
        for (var each : Arrays.asList(lines).subList(1, lines.length)) {
            var field = FIELD.matcher(each);
            if (!field.matches()) {
                return "refused";
            }
            var value = field.group(2).replaceAll("[ \t]+$", "").toLowerCase(Locale.ROOT);
            switch (field.group(1).toLowerCase(Locale.ROOT)) {
                case "content-length" -> {
                    if (!value.matches("[0-9]{1,18}")) {
                        return "refused";
                    }
                    long said = Long.parseLong(value);
                    if (length >= 0 && length != said) {
                        return "refused";
                    }
                    length = said;
                }
                case "transfer-encoding" -> {
                    if (chunked || !http11 || !value.equals("chunked")) {
                        return "refused";
                    }
                    chunked = true;
                }
                case "connection" -> {
                    var tokens = Arrays.stream(value.split(",", -1)).map(String::strip).toList();
                    close |= tokens.contains("close");
                    keep |= tokens.contains("keep-alive");
                }
                default -> {}
            }
        }
        if (chunked && length >= 0) {
            return "refused";
        }
        return "%s chunked=%s length=%d persistent=%s"
                .formatted(line.group(2), chunked, length, keep && !close);
    }

    private static void checkPassed(String text, boolean keep) {
        boolean framed = RESPONSE.chunked && RESPONSE.status >= 200 && RESPONSE.status != 204;
        byte[] out = REWRITER.response(RESPONSE, framed, Hereafter.of(keep, false)).toBytes();
        var passed = new String(out, ISO_8859_1);
        Fuzz.holds(passed.endsWith("\r\n\r\n"), "no end", text);
        List<String> lines = List.of(passed.substring(0, passed.length() - 4).split("\r\n", -1));
        Fuzz.holds(LINE.matcher(lines.getFirst()).matches(), "status line", text);
        int framings = 0;
        for (var line : lines.subList(1, lines.size())) {
            Fuzz.holds(TIDY.matcher(line).matches(), "field " + line, text);
            var name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
            framings += name.equals("content-length") || name.equals("transfer-encoding") ? 1 : 0;
            var own = RESPONSE.status == 101 ? "Connection: Upgrade" : "Connection: close";
            boolean hop = name.equals("connection") && !line.equals(own);
            Fuzz.holds(!hop && !name.equals("keep-alive"), "for one hop: " + line, text);
        }
        Fuzz.holds(framings <= 1, "two framings", text);
    }
}
