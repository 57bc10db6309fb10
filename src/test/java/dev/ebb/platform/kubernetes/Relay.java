package dev.ebb.platform.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A way to the API server that can be cut: nothing gets through then, and nothing is said. */
final class Relay implements AutoCloseable {
    private static final Pattern SERVER = Pattern.compile("https://127\\.0\\.0\\.1:(\\d+)");

    private final ServerSocket listen;
    private final int to;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    /** Whoever passes bytes on reads; whoever cuts the way writes. */
    private final ReadWriteLock way = new ReentrantReadWriteLock();

    Relay(Path kubeconfig) throws IOException {
        Matcher server = SERVER.matcher(Files.readString(kubeconfig));
        if (!server.find()) {
            throw new IllegalStateException("no server on this machine in " + kubeconfig);
        }
        to = Integer.parseInt(server.group(1));
        listen = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** A kubeconfig that leads here. */
    Path kubeconfig(Path real, Path folder) throws IOException {
        String text = Files.readString(real);
        return Files.writeString(
                folder.resolve("relayed.kubeconfig"),
                text.replace(":" + to, ":" + listen.getLocalPort()));
    }

    /** By the thread that mends it, too. */
    void cut() {
        way.writeLock().lock();
    }

    void mend() {
        way.writeLock().unlock();
    }

    /** Connections of those who come this way. */
    long connections() {
        return sockets.stream().filter(s -> !s.isClosed()).count() / 2;
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listen.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), to);
                sockets.add(near);
                sockets.add(far);
                Thread.ofVirtual().start(() -> pass(near, far));
                Thread.ofVirtual().start(() -> pass(far, near));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pass(Socket from, Socket onward) {
        var bytes = new byte[16 * 1024];
        try (from;
                onward) {
            InputStream in = from.getInputStream();
            OutputStream out = onward.getOutputStream();
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                way.readLock().lock();
                try {
                    out.write(bytes, 0, n);
                } finally {
                    way.readLock().unlock();
                }
            }
        } catch (IOException e) {
            // One of the two has gone, so both go.
        }
    }

    @Override
    public void close() throws IOException {
        listen.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
