package dev.ebb.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The demo's service: a small HTTP/1.1 server that says hello, and uses a settable amount of CPU
 * and time for each request. {@code /health} answers 503 until it is warm. Any request may ask for
 * its own {@code cpu-us}, {@code wait-ms}, {@code chunks} and {@code gap-ms} in the query. On
 * SIGTERM it takes no more connections, finishes what it has begun, and ends.
 *
 * <p>One platform thread a connection, because requests burn CPU by the thread's clock, which
 * virtual threads do not have; blocking sockets and java.base alone, to start quickly.
 */
public final class HelloService implements AutoCloseable {
    /** Environment variable with the pid of a process that it must not outlive. */
    public static final String PARENT = "HELLO_PARENT";

    private static final int MOST_CONNECTIONS = 1_000;
    private static final int BACKLOG = 512;
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration PARENT_LOOK = Duration.ofSeconds(2);

    private final HelloOptions options;
    private final ServerSocket listener;
    private final Set<HelloConnection> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean warm;
    private volatile boolean draining;

    /** Listens, and begins to warm up. */
    HelloService(HelloOptions options) throws IOException {
        this.options = options;
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(
                new InetSocketAddress(InetAddress.getByName(options.host()), options.port()),
                BACKLOG);
        Thread.ofPlatform().name("accept").daemon().start(this::accept);
        Thread.ofPlatform().name("warm").daemon().start(this::warmUp);
        if (options.parentPid() > 0) {
            Thread.ofPlatform().name("parent").daemon().start(this::endWithParent);
        }
    }

    public static void main(String[] args) throws InterruptedException {
        HelloOptions options;
        try {
            options = HelloOptions.parse(args, System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("hello: " + e.getMessage());
            System.err.println(HelloOptions.USAGE);
            System.exit(2);
            return;
        }
        try {
            var service = new HelloService(options);
            Runtime.getRuntime().addShutdownHook(new Thread(service::close, "end"));
            service.tell(System.out, "listens on " + options.host() + ":" + service.port());
            service.closed.await();
        } catch (IOException e) {
            System.err.println(
                    "hello: cannot listen on "
                            + options.host()
                            + ":"
                            + options.port()
                            + ": "
                            + e.getMessage());
            System.exit(1);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    String name() {
        return options.name();
    }

    HelloOptions options() {
        return options;
    }

    boolean isWarm() {
        return warm && !draining;
    }

    /** Whether any request is being worked on. */
    boolean isBusy() {
        return connections.stream().anyMatch(HelloConnection::isBusy);
    }

    boolean isDraining() {
        return draining;
    }

    void ended(HelloConnection connection) {
        connections.remove(connection);
    }

    /** Finishes what is in flight, within limits, and ends. Does nothing the second time. */
    @Override
    public void close() {
        draining = true;
        try {
            listener.close();
        } catch (IOException e) {
            // Nothing more will be accepted either way.
        }
        connections.forEach(HelloConnection::drain);
        long end = System.nanoTime() + LONGEST_DRAIN.toNanos();
        while (!connections.isEmpty() && System.nanoTime() - end < 0) {
            pause(LOOK);
            connections.forEach(HelloConnection::drain);
        }
        connections.forEach(HelloConnection::close);
        if (closed.getCount() > 0) {
            tell(System.out, "ends");
        }
        closed.countDown();
    }

    private void accept() {
        while (!draining) {
            try {
                serve(listener.accept());
            } catch (IOException e) {
                if (draining) {
                    return;
                }
                pause(LOOK); // Out of file handles, say: it may pass.
            }
        }
    }

    private void serve(Socket socket) {
        var connection = new HelloConnection(socket, this);
        if (connections.size() >= MOST_CONNECTIONS) {
            connection.close();
            return;
        }
        connections.add(connection);
        Thread.ofPlatform().name("serve").daemon().start(connection);
    }

    /** Sends itself requests over the network, so that the path is loaded and compiled. */
    private void warmUp() {
        try (var socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
            var out = socket.getOutputStream();
            var in = socket.getInputStream();
            byte[] request = HelloRequest.bytes("GET /?wait-ms=0 HTTP/1.1\r\nHost: warm\r\n\r\n");
            byte[] answer = new byte[4096];
            for (int i = 0; i < options.warmRequests() && !draining; i++) {
                out.write(request);
                if (in.read(answer) < 0) {
                    break;
                }
            }
        } catch (IOException e) {
            tell(System.err, "could not warm up: " + e.getMessage());
        }
        warm = true;
    }

    /** A demo that was ended by force cannot stop its instances: they see to it themselves. */
    private void endWithParent() {
        while (ProcessHandle.of(options.parentPid()).filter(ProcessHandle::isAlive).isPresent()) {
            pause(PARENT_LOOK);
        }
        tell(System.out, "is left alone, because process " + options.parentPid() + " is gone");
        System.exit(0);
    }

    private void tell(PrintStream where, String what) {
        where.println(options.name() + " " + what);
    }

    private void pause(Duration time) {
        try {
            closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
