package dev.ebb.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client on a plain socket: sends any bytes, and reads answers strictly. */
final class TestClient implements AutoCloseable {
    final Socket socket;
    private final InputStream in;

    /** One complete answer; {@code trailers} are those of a chunked body. */
    @SuppressWarnings("ArrayRecordComponent")
    record Answer(int status, String head, byte[] body, String trailers) {
        String field(String name) {
            for (String line : head.lines().toList()) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            return "";
        }

        String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }
    }

    TestClient(Gateway gateway) throws IOException {
        this(gateway.addresses().getFirst());
    }

    TestClient(InetSocketAddress address) throws IOException {
        this(connected(address));
    }

    /** On a connection that stands, perhaps with TLS. */
    TestClient(Socket connected) throws IOException {
        socket = connected;
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    }

    static Socket connected(InetSocketAddress address) throws IOException {
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        socket.connect(address);
        return socket;
    }

    TestClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
    }

    static String post(String path, String body) {
        return "POST "
                + path
                + " HTTP/1.1\r\nHost: test\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    Answer ask(String request) throws IOException {
        return send(request).read();
    }

    /** Reads one answer to anything but HEAD. */
    Answer read() throws IOException {
        var head = head();
        var answer = new Answer(status(head), head, new byte[0], "");
        if (answer.status < 200 || answer.status == 204 || answer.status == 304) {
            return answer;
        }
        var length = answer.field("content-length");
        if (answer.field("transfer-encoding").equals("chunked")) {
            return chunked(answer);
        }
        byte[] body = length.isEmpty() ? in.readAllBytes() : exactly(Integer.parseInt(length));
        return new Answer(answer.status, head, body, "");
    }

    Answer readHead() throws IOException {
        var head = head();
        return new Answer(status(head), head, new byte[0], "");
    }

    private static int status(String head) {
        return Integer.parseInt(head.substring(9, 12));
    }

    private Answer chunked(Answer answer) throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(), 16);
            if (size == 0) {
                var trailers = new StringBuilder();
                for (var line = line(); !line.isEmpty(); line = line()) {
                    trailers.append(line).append('\n');
                }
                return new Answer(
                        answer.status, answer.head, body.toByteArray(), trailers.toString());
            }
            body.write(exactly(size));
            line();
        }
    }

    byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("cut after " + bytes.length + " of " + length);
        }
        return bytes;
    }

    String text(int length) throws IOException {
        return new String(exactly(length), StandardCharsets.ISO_8859_1);
    }

    InputStream in() {
        return in;
    }

    /** Whether the gateway has ended the connection; waits for that. */
    boolean ended() throws IOException {
        return in.read() < 0;
    }

    private String head() throws IOException {
        var head = new StringBuilder();
        for (var line = line(); !line.isEmpty(); line = line()) {
            head.append(line).append("\r\n");
        }
        return head.toString();
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("ended after: " + line);
            }
            if (b == '\n') {
                return line.toString().stripTrailing();
            }
            line.append((char) b);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
