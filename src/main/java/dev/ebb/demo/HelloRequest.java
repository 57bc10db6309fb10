package dev.ebb.demo;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One HTTP/1.1 request as the hello service reads it: its head, and its body thrown away. Heads are
 * limited to 16 KiB; bodies are not limited, because nothing of them is kept.
 *
 * @param headers by lower-case name; of a repeated header the last one
 */
record HelloRequest(
        String method, String path, Map<String, String> query, Map<String, String> headers) {
    private static final int MOST_HEAD_BYTES = 16 * 1024;

    /**
     * Reads the next request with its body.
     *
     * @return empty when the client ended the connection between two requests
     * @throws IOException when it ended elsewhere, or what came is no request
     */
    static Optional<HelloRequest> read(InputStream in, Runnable begun, Runnable wantsContinue)
            throws IOException {
        int first = in.read();
        if (first < 0) {
            return Optional.empty();
        }
        begun.run();
        List<String> lines = head(in, first);
        String[] start = lines.getFirst().split(" ", -1);
        if (start.length != 3 || !start[2].startsWith("HTTP/1.")) {
            throw new IOException("no HTTP/1 request: " + lines.getFirst());
        }
        var headers = new TreeMap<String, String>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        if (start[2].equals("HTTP/1.0")) {
            headers.putIfAbsent("connection", "close");
        }
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            wantsContinue.run();
        }
        discardBody(in, headers);
        int mark = start[1].indexOf('?');
        return Optional.of(
                new HelloRequest(
                        start[0],
                        mark < 0 ? start[1] : start[1].substring(0, mark),
                        mark < 0 ? Map.of() : query(start[1].substring(mark + 1)),
                        headers));
    }

    boolean wantsClose() {
        return "close".equalsIgnoreCase(headers.getOrDefault("connection", ""));
    }

    /** A number from the query, or else the one given. */
    long asked(String name, long otherwise) {
        String text = query.get(name);
        return text == null ? otherwise : (long) HelloOptions.number(name, text, 600_000);
    }

    private static List<String> head(InputStream in, int first) throws IOException {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        int read = 0;
        for (int next = first; ; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended within a request's head");
            }
            if (++read > MOST_HEAD_BYTES) {
                throw new IOException("a request's head is longer than " + MOST_HEAD_BYTES);
            }
            if (next != '\n') {
                line.append((char) next);
                continue;
            }
            String text = line.toString().stripTrailing();
            line.setLength(0);
            if (!text.isEmpty()) {
                lines.add(text);
            } else if (!lines.isEmpty()) {
                return lines;
            }
        }
    }

    private static void discardBody(InputStream in, Map<String, String> headers)
            throws IOException {
        String coding = headers.getOrDefault("transfer-encoding", "");
        if (coding.equalsIgnoreCase("chunked")) {
            long size;
            do {
                size = Long.parseLong(line(in).split(";", -1)[0].strip(), 16);
                skip(in, size);
                if (size > 0) {
                    line(in);
                }
            } while (size > 0);
            while (!line(in).isEmpty()) {
                // A trailer; nothing in it matters here.
            }
        } else {
            skip(in, Long.parseLong(headers.getOrDefault("content-length", "0")));
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() > MOST_HEAD_BYTES) {
                throw new EOFException("the connection ended within a request's body");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    private static void skip(InputStream in, long bytes) throws IOException {
        if (bytes < 0) {
            throw new IOException("a body of " + bytes + " bytes");
        }
        in.skipNBytes(bytes);
    }

    private static Map<String, String> query(String text) {
        var query = new TreeMap<String, String>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                query.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return query;
    }

    /** Bytes of a text that has no characters beyond Latin 1. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
