package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.core.InstanceId;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An instance that writes down every request that it gets, in the reading of a {@link
 * StrictReader}, and every flaw. It answers with the request line that it saw, so that a client can
 * tell whose answer it has. Requests for {@link #BARRIER} are not written down.
 */
final class RecordingInstance implements AutoCloseable {
    static final String BARRIER = "/barrier";

    final List<StrictReader.Seen> seen = new CopyOnWriteArrayList<>();
    final List<String> flaws = new CopyOnWriteArrayList<>();

    /** Connections that ended within a request. */
    final AtomicInteger unfinished = new AtomicInteger();

    private final ServerSocket server;

    RecordingInstance() {
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    Endpoint endpoint(InstanceId id) {
        return new Endpoint(
                id, "127.0.0.1", server.getLocalPort(), EndpointRole.ACTIVE, 1, Endpoint.NO_RAMP);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        StrictReader reader = null;
        try (socket) {
            socket.setTcpNoDelay(true);
            reader = new StrictReader(new BufferedInputStream(socket.getInputStream()));
            while (true) {
                var request = reader.read();
                if (!request.target().equals(BARRIER)) {
                    seen.add(request);
                }
                socket.getOutputStream().write(answer(request).getBytes(ISO_8859_1));
            }
        } catch (StrictReader.Flaw e) {
            flaws.add(String.valueOf(e.getMessage()));
        } catch (EOFException e) {
            if (reader != null && reader.within()) {
                unfinished.incrementAndGet();
            }
        } catch (IOException e) {
            // The gateway let go of the connection; what it sent was written down.
        }
    }

    private static String answer(StrictReader.Seen request) {
        var line = request.method() + " " + request.target();
        var body = request.method().equals("HEAD") ? "" : line;
        return "HTTP/1.1 200 OK\r\nX-Saw: %s\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(line, line.length(), body);
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
