package dev.ebb.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Both ends of the traffic in {@link TrainCommand}: a service that answers whatever head it is
 * sent, and a client with one connection. Its own service, so that nothing has to be installed.
 */
final class TrainTraffic implements AutoCloseable {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final byte[] FIXED =
            ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 128\r\n\r\n"
                            + "x".repeat(128))
                    .getBytes(US_ASCII);
    private static final byte[] CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                    .getBytes(US_ASCII);

    private final ServerSocket server = new ServerSocket(0, 16, HERE);

    TrainTraffic() throws IOException {
        background(this::accept);
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    private static void background(Runnable work) {
        var thread = new Thread(work, "train");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (!server.isClosed()) {
                Socket socket = server.accept();
                background(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed: the training is over.
            return;
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                in.skipNBytes(head.contains("Content-Length: 5") ? 5 : 0);
                socket.getOutputStream().write(head.contains("/chunked") ? CHUNKED : FIXED);
            }
        } catch (IOException e) {
            // The gateway has closed it.
            return;
        }
    }

    /** Up to and with the empty line; empty at the connection's end. */
    private static String head(InputStream in) throws IOException {
        var text = new StringBuilder();
        while (text.length() < 4 || text.indexOf("\r\n\r\n", text.length() - 4) < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Sends so many requests one after the other, of some common kinds. */
    static void load(InetSocketAddress gateway, int requests) throws IOException {
        try (var socket = new Socket(gateway.getAddress(), gateway.getPort())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            var in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < requests; i++) {
                boolean chunked = i % 16 == 1;
                boolean body = i % 16 == 2;
                String head =
                        (body ? "POST" : "GET")
                                + (chunked ? " /chunked" : " /")
                                + " HTTP/1.1\r\nHost: train.example\r\nUser-Agent: train\r\n"
                                + "Accept: */*\r\n"
                                + (body ? "Content-Length: 5\r\n\r\nhello" : "\r\n");
                socket.getOutputStream().write(head.getBytes(US_ASCII));
                String answer = head(in);
                if (!answer.startsWith("HTTP/1.1 200")) {
                    throw new IOException("an answer that was not expected: " + answer);
                }
                in.skipNBytes(chunked ? "5\r\nhello\r\n0\r\n\r\n".length() : 128);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
