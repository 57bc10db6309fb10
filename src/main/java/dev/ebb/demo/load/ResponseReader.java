package dev.ebb.demo.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads HTTP/1.1 responses from one connection, strictly: what a lenient client would excuse counts
 * here as a bad response, so that no fault of a gateway goes unseen. Bodies are thrown away.
 * Limits: 32 KiB a head and 8 KiB a line. For one thread at a time.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>
 */
final class ResponseReader {
    private static final int MOST_LINE_BYTES = 8 * 1024;
    private static final int MOST_HEAD_BYTES = 32 * 1024;
    private static final int MOST_CHUNK_DIGITS = 15;

    private final InputStream in;
    private final byte[] buffer = new byte[16 * 1024];
    private int position;
    private int limit;
    private boolean begun;

    ResponseReader(InputStream in) {
        this.in = in;
    }

    /**
     * A complete response.
     *
     * @param echo the value of X-Request-Id in it
     * @param reusable whether another request may follow on the connection
     */
    record Response(int status, Optional<String> echo, boolean reusable) {}

    /** Whether any byte of the response that is being read has come. */
    boolean hasBegun() {
        return begun;
    }

    /**
     * Reads one complete response to a GET or POST; interim ones (1xx) are passed over.
     *
     * @throws ProtocolException when what came is no HTTP/1.1
     * @throws EOFException when the connection ended before the response was complete
     */
    Response read() throws IOException {
        begun = false;
        Head head = readHead();
        while (head.status < 200) {
            if (head.status == 101) {
                throw new ProtocolException("switches protocols, which nobody asked for");
            }
            begun = position < limit;
            head = readHead();
        }
        boolean endsWithConnection = !discardBody(head);
        boolean surplus = position < limit;
        boolean reusable = head.keepAlive && !endsWithConnection && !surplus;
        return new Response(head.status, Optional.ofNullable(head.echo), reusable);
    }

    /** Returns whether the body's end was told apart from the connection's end. */
    private boolean discardBody(Head head) throws IOException {
        if (head.status == 204 || head.status == 304) {
            return true;
        }
        if (head.chunked) {
            discardChunks();
            return true;
        }
        if (head.length >= 0) {
            discard(head.length);
            return true;
        }
        do {
            position = limit;
        } while (fill());
        return false;
    }

    private void discardChunks() throws IOException {
        while (true) {
            String line = line();
            int extension = line.indexOf(';');
            String digits = (extension < 0 ? line : line.substring(0, extension)).stripTrailing();
            if (digits.isEmpty()
                    || digits.length() > MOST_CHUNK_DIGITS
                    || !digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                throw new ProtocolException("no chunk size: " + line);
            }
            long size = Long.parseLong(digits, 16);
            if (size == 0) {
                break;
            }
            discard(size);
            if (!line().isEmpty()) {
                throw new ProtocolException("a chunk is longer than it says");
            }
        }
        int read = 0;
        for (String trailer = line(); !trailer.isEmpty(); trailer = line()) {
            read += trailer.length();
            if (trailer.indexOf(':') < 1 || read > MOST_HEAD_BYTES) {
                throw new ProtocolException("no trailer: " + trailer);
            }
        }
    }

    private void discard(long bytes) throws IOException {
        long left = bytes;
        while (left > 0) {
            if (position == limit && !fill()) {
                throw new EOFException("ended with " + left + " bytes of the body missing");
            }
            int step = (int) Math.min(left, limit - position);
            position += step;
            left -= step;
        }
    }

    private Head readHead() throws IOException {
        var head = new Head(line());
        int read = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            read += line.length();
            if (read > MOST_HEAD_BYTES) {
                throw new ProtocolException("a head of more than " + MOST_HEAD_BYTES + " bytes");
            }
            head.add(line);
        }
        head.finish();
        return head;
    }

    /** A line without its CR LF, both of which it must have. */
    private String line() throws IOException {
        var text = new StringBuilder(64);
        while (true) {
            if (position == limit && !fill()) {
                throw new EOFException("ended within a line");
            }
            byte next = buffer[position++];
            if (next == '\n') {
                int last = text.length() - 1;
                if (last < 0 || text.charAt(last) != '\r') {
                    throw new ProtocolException("a line ends without CR");
                }
                text.setLength(last);
                return text.toString();
            }
            text.append((char) (next & 0xff));
            if (text.length() > MOST_LINE_BYTES) {
                throw new ProtocolException("a line of more than " + MOST_LINE_BYTES + " bytes");
            }
        }
    }

    private boolean fill() throws IOException {
        int read = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(0, read);
        begun |= read > 0;
        return read > 0;
    }

    /** What matters of a response's head. */
    private static final class Head {
        private final int status;
        private boolean keepAlive;
        private boolean chunked;
        private long length = -1;
        private @org.jspecify.annotations.Nullable String echo;

        Head(String line) throws ProtocolException {
            boolean known = line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 ");
            if (!known
                    || line.length() < 12
                    || !line.substring(9, 12).chars().allMatch(c -> c >= '0' && c <= '9')
                    || (line.length() > 12 && line.charAt(12) != ' ')) {
                throw new ProtocolException("no HTTP/1.1 status line: " + shortened(line));
            }
            status = Integer.parseInt(line.substring(9, 12));
            if (status < 100) {
                throw new ProtocolException("no status: " + status);
            }
            keepAlive = line.charAt(7) == '1';
        }

        void add(String line) throws ProtocolException {
            int colon = line.indexOf(':');
            if (colon < 1 || !line.chars().limit(colon).allMatch(Head::isTokenChar)) {
                throw new ProtocolException("no header: " + shortened(line));
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> addLength(value);
                case "transfer-encoding" -> {
                    if (chunked || !value.equalsIgnoreCase("chunked")) {
                        throw new ProtocolException("a transfer coding nobody asked for: " + value);
                    }
                    chunked = true;
                }
                case "connection" -> {
                    for (String option : value.split(",", -1)) {
                        keepAlive &= !option.strip().equalsIgnoreCase("close");
                    }
                }
                case "x-request-id" -> echo = value;
                default -> {
                    // Not of interest.
                }
            }
        }

        void finish() throws ProtocolException {
            if (chunked && length >= 0) {
                throw new ProtocolException("both a length and chunks");
            }
        }

        private void addLength(String value) throws ProtocolException {
            if (value.isEmpty()
                    || value.length() > 18
                    || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw new ProtocolException("no length: " + shortened(value));
            }
            long given = Long.parseLong(value);
            if (length >= 0 && length != given) {
                throw new ProtocolException("two lengths");
            }
            length = given;
        }

        private static boolean isTokenChar(int c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }

        private static String shortened(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            int length = Math.min(60, bytes.length);
            return new String(bytes, 0, length, StandardCharsets.US_ASCII);
        }
    }
}
