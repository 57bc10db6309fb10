package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.core.InstanceId;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/**
 * An instance that answers one request with the bytes of a case and all others well, with the
 * request line that it saw. Tells whether the connection that got those bytes was used again.
 */
final class HostileInstance implements AutoCloseable {
    static final String PROBE = "/probe";

    /** One case, as the instance goes through it. */
    static final class Script {
        final DesyncCase given;

        /** All bytes are sent. */
        final CompletableFuture<Void> sent = new CompletableFuture<>();

        /** True: another request came on the same connection. False: the gateway closed it. */
        final CompletableFuture<Boolean> reused = new CompletableFuture<>();

        Script(DesyncCase given) {
            this.given = given;
        }
    }

    /** Lets the gateway act upon what was sent. */
    interface Pause {
        void await() throws IOException;
    }

    private final ServerSocket server;
    private final Pause pause;
    private volatile Script script;

    HostileInstance(Pause pause, Script first) {
        this.pause = pause;
        script = first;
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    void play(Script next) {
        script = next;
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
        Script played = null;
        try (socket) {
            socket.setTcpNoDelay(true);
            var reader = new StrictReader(new BufferedInputStream(socket.getInputStream()));
            while (true) {
                var request = reader.read();
                if (played != null) {
                    played.reused.complete(true);
                }
                if (request.target().startsWith(PROBE)) {
                    send(socket, well(request));
                } else {
                    played = script;
                    play(socket, played);
                }
            }
        } catch (IOException e) {
            if (played != null) {
                played.reused.complete(false);
            }
        }
    }

    private void play(Socket socket, Script played) throws IOException {
        try {
            boolean first = true;
            for (String part : played.given.parts()) {
                if (!first) {
                    pause.await();
                }
                first = false;
                send(socket, part);
            }
            if (played.given.closes()) {
                socket.close();
            }
        } finally {
            played.sent.complete(null);
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private static String well(StrictReader.Seen request) {
        var line = request.method() + " " + request.target();
        return "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(line.length(), line);
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
