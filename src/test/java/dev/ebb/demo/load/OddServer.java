package dev.ebb.demo.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on plain sockets that does with each request what the test tells it. */
final class OddServer implements AutoCloseable {
    private final ServerSocket listener;
    private final Behaviour behaviour;
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();

    /** Answers the n-th request (from 1); returning false ends the connection. */
    interface Behaviour {
        boolean answer(int n, Socket socket, OutputStream out) throws Exception;
    }

    OddServer(Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    LoadOptions options() {
        return LoadOptions.to(address(), "odd");
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            while (skipHead(in) && behaviour.answer(requests.incrementAndGet(), socket, out)) {
                out.flush();
            }
        } catch (Exception e) {
            // The client sees what came of it.
        }
    }

    private static boolean skipHead(InputStream in) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
