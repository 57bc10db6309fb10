package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A chunked body: in one piece, in pieces cut anywhere and in the eyes of a plain reference it ends
 * at the same byte with the same content, or is bad, or is not complete. The input's first byte
 * chooses the cuts.
 */
public final class BodyFuzz {
    private static final int MOST_TRAILER_BYTES = 1024;
    private static final Pattern SIZE =
            Pattern.compile("([0-9A-Fa-f]{1,15})(?:;([\t -~]{0,256}))?");
    private static final Pattern TRAILER =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t -~\\x80-\\xff]*");
    private static final Set<String> FORBIDDEN =
            Set.of(
                    "host",
                    "content-length",
                    "transfer-encoding",
                    "connection",
                    "expect",
                    "te",
                    "upgrade",
                    "forwarded",
                    "via",
                    "keep-alive",
                    "proxy",
                    "x-forwarded-for");

    private BodyFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        var text = new String(data, 1, data.length - 1, ISO_8859_1);
        var whole = scan(text, null);
        Fuzz.same(text, whole, scan(text, new Random(data[0])));
        check(text, whole);
    }

    private static String scan(String text, @org.jspecify.annotations.Nullable Random cuts) {
        var scanner = new BodyScanner(MOST_TRAILER_BYTES);
        scanner.chunked();
        byte[] bytes = text.getBytes(ISO_8859_1);
        ByteBuf content = Unpooled.buffer();
        int at = 0;
        while (at < bytes.length && !scanner.done() && !scanner.bad()) {
            int size = cuts == null ? bytes.length - at : 1 + cuts.nextInt(4);
            int length = Math.min(size, bytes.length - at);
            int taken = scanner.accept(Unpooled.wrappedBuffer(bytes, at, length), content);
            at += taken;
            boolean over = scanner.done() || scanner.bad();
            Fuzz.holds(over || taken == length, "stopped at " + at, text);
        }
        if (scanner.bad()) {
            return "bad";
        }
        var body = content.toString(ISO_8859_1);
        return scanner.done() ? "done " + at + " " + body : "incomplete " + body;
    }

    /** The reference says no more than the scanner where a limit in bytes was met. */
    private static void check(String text, String found) {
        var body = new StringBuilder();
        int at = 0;
        while (true) {
            int end = text.indexOf('\r', at);
            if (end < 0 || end + 1 >= text.length()) {
                Fuzz.holds(!found.startsWith("done"), "not complete", text);
                return;
            }
            var size = SIZE.matcher(text.substring(at, end));
            if (!size.matches() || text.charAt(end + 1) != '\n') {
                Fuzz.same(text, "bad", found);
                return;
            }
            at = end + 2;
            long length = Long.parseLong(size.group(1), 16);
            if (length == 0) {
                checkEnd(text, at, body, found);
                return;
            }
            if (length > text.length() - at) {
                Fuzz.same(text, "incomplete " + body + text.substring(at), found);
                return;
            }
            int stop = at + (int) length;
            body.append(text, at, stop);
            if (!"\r\n".startsWith(text.substring(stop, Math.min(stop + 2, text.length())))) {
                Fuzz.same(text, "bad", found);
                return;
            }
            at = Math.min(stop + 2, text.length());
        }
    }

    private static void checkEnd(String text, int start, StringBuilder body, String found) {
        int at = start;
        while (true) {
            int end = text.indexOf("\r\n", at);
            if (end < 0) {
                Fuzz.holds(!found.startsWith("done"), "not complete", text);
                return;
            }
            if (end == at) {
                boolean limit = end + 2 - start > MOST_TRAILER_BYTES;
                Fuzz.same(text, limit ? "bad" : "done " + (end + 2) + " " + body, found);
                return;
            }
            var trailer = TRAILER.matcher(text.substring(at, end));
            if (!trailer.matches()
                    || FORBIDDEN.contains(trailer.group(1).toLowerCase(Locale.ROOT))) {
                Fuzz.same(text, "bad", found);
                return;
            }
            if (found.equals("bad")) {
                // Other names are forbidden too, and the corpus of cases has them.
                return;
            }
            at = end + 2;
        }
    }
}
