package dev.ebb.gateway;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.core.InstanceId;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/**
 * An instance on plain sockets, so that it can misbehave in every way: its behavior gets each
 * request and writes whatever bytes it likes. One virtual thread for each connection.
 */
final class TestInstance implements AutoCloseable {

    /** What it does with one request; an exception ends the connection. */
    interface Behavior {
        void answer(Request request, Exchange exchange) throws IOException;
    }

    /** One request's head, and the connection's input, which stands at the body. */
    record Request(String head, InputStream in) {
        String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        String path() {
            var line = line();
            int start = line.indexOf(' ') + 1;
            return line.substring(start, line.indexOf(' ', start));
        }

        String field(String name) {
            for (String line : head.lines().toList()) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            return "";
        }

        byte[] body() throws IOException {
            if (field("transfer-encoding").equals("chunked")) {
                return chunks();
            }
            var length = field("content-length");
            return length.isEmpty() ? new byte[0] : in.readNBytes(Integer.parseInt(length));
        }

        String text() throws IOException {
            return new String(body(), StandardCharsets.ISO_8859_1);
        }

        private byte[] chunks() throws IOException {
            var body = new ByteArrayOutputStream();
            while (true) {
                int size;
                try {
                    size = Integer.parseInt(lineOf(in).replaceFirst(";.*", ""), 16);
                } catch (NumberFormatException e) {
                    throw new IOException("the chunks break off", e);
                }
                if (size == 0) {
                    while (!lineOf(in).isEmpty()) {
                        // A trailer.
                    }
                    return body.toByteArray();
                }
                body.write(in.readNBytes(size));
                lineOf(in);
            }
        }
    }

    /** The connection that a request came on. */
    record Exchange(Socket socket, OutputStream out) {
        void send(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        void ok(String body) throws IOException {
            send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();

    /** Connections that it closed because nothing came in the time that its behavior set. */
    final AtomicInteger tired = new AtomicInteger();

    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ServerSocket server;
    private final int port;
    private volatile Behavior behavior;
    private volatile boolean dead;

    TestInstance(Behavior behavior) {
        this(behavior, 0);
    }

    TestInstance(Behavior behavior, int wanted) {
        this(behavior, wanted, ServerSocketFactory.getDefault());
    }

    /** Perhaps with TLS. */
    TestInstance(Behavior behavior, int wanted, ServerSocketFactory sockets) {
        this.behavior = behavior;
        try {
            server = sockets.createServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 1024);
            port = server.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    static TestInstance answering(String body) {
        return new TestInstance((request, exchange) -> {
            request.body();
            exchange.ok(body);
        });
    }

    void behave(Behavior other) {
        behavior = other;
    }

    int port() {
        return port;
    }

    Endpoint endpoint(InstanceId id, EndpointRole role) {
        return new Endpoint(id, "127.0.0.1", port(), role, 1, Endpoint.NO_RAMP);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                if (dead) {
                    socket.close();
                }
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            var exchange = new Exchange(socket, socket.getOutputStream());
            boolean first = true;
            while (true) {
                var head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                if (first) {
                    first = false;
                    connections.incrementAndGet();
                }
                requests.add(head);
                if (dead) {
                    return;
                }
                behavior.answer(new Request(head, in), exchange);
            }
        } catch (SocketTimeoutException e) {
            tired.incrementAndGet();
        } catch (IOException e) {
            // Its end is what the test is about, or follows from it.
        } finally {
            open.remove(socket);
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (true) {
            var line = lineOf(in);
            if (line.isEmpty()) {
                return head.toString();
            }
            head.append(line).append("\r\n");
        }
    }

    private static String lineOf(InputStream in) throws IOException {
        var line = new StringBuilder();
        int b;
        while ((b = in.read()) >= 0 && b != '\n') {
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }

    /**
     * Ends at once, as if it had been killed: nobody listens, and connections end. One that was
     * accepted at the same moment is not answered any more, either.
     */
    void die() {
        dead = true;
        close();
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
