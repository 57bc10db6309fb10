import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * A client that believes nothing: an id for each request, sent once only (no retry, whatever
 * happens), an open loop at a fixed rate over keep-alive connections, and every answer compared
 * with what it must be: status, the id sent back, the body's every byte, its end. Each request is
 * one line in FILE: id, kind, outcome, instance, microseconds from when it was due.
 *
 * <p>Outcomes: ok; status-NNN; cut (the head came, the rest did not); no-head (the connection
 * ended before); timeout; connect; wrong-... (an answer that is not the one).
 *
 * <p>usage: java CheckClient PORT RATE FILE TAG KIND[=PATH]... ; ends when its stdin does. KIND is
 * get, post or stream; a path may hold a query.
 */
public final class CheckClient {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int IN_FLIGHT_MAX = 400;

    /** Well below any server's limit: on a connection that both may end, a request may be lost. */
    private static final long IDLE_MAX_NANOS = 10_000_000_000L;

    /** One that was idle for so long is looked at before it is used, as other clients do. */
    private static final long IDLE_TRUSTED_NANOS = 1_000_000_000L;

    private record Connection(Socket socket, InputStream in, OutputStream out) {}

    private record Idle(Connection connection, long sinceNanos) {}

    private record Answer(int status, Map<String, String> fields, byte[] body) {}

    private static final class Cut extends IOException {}

    private final int port;
    private final PrintWriter record;
    private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();

    private CheckClient(int port, PrintWriter record) {
        this.port = port;
        this.record = record;
    }

    public static void main(String[] args) throws Exception {
        double rate = Double.parseDouble(args[1]);
        String tag = args[3];
        String[] kinds = Arrays.copyOfRange(args, 4, args.length);
        try (var record = new PrintWriter(Files.newBufferedWriter(Path.of(args[2])))) {
            var client = new CheckClient(Integer.parseInt(args[0]), record);
            var end = Thread.ofPlatform().daemon().start(CheckClient::untilStdinEnds);
            try (ExecutorService pool = Executors.newFixedThreadPool(IN_FLIGHT_MAX)) {
                long begin = System.nanoTime();
                for (long i = 0; end.isAlive(); i++) {
                    long due = begin + (long) (i * 1e9 / rate);
                    long left = due - System.nanoTime();
                    if (left > 0) {
                        TimeUnit.NANOSECONDS.sleep(left);
                    }
                    String id = tag + "-" + i;
                    String kind = kinds[(int) (i % kinds.length)];
                    pool.submit(() -> client.send(id, kind, due));
                }
                pool.shutdown();
                pool.awaitTermination(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void untilStdinEnds() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // Then it has ended.
        }
    }

    private void send(String id, String kind, long due) {
        String name = kind.split("=", 2)[0];
        String path = kind.contains("=") ? kind.split("=", 2)[1] : "/";
        var instance = new String[] {"-"};
        String outcome;
        try {
            outcome = exchange(id, name, path, instance);
        } catch (RuntimeException e) {
            outcome = "wrong-" + e.getClass().getSimpleName();
        }
        long micros = (System.nanoTime() - due) / 1_000;
        synchronized (record) {
            record.println(id + " " + name + " " + outcome + " " + instance[0] + " " + micros);
        }
    }

    private String exchange(String id, String kind, String path, String[] instance) {
        boolean post = kind.equals("post");
        byte[] body = post ? body(id) : new byte[0];
        Connection connection;
        try {
            connection = connection();
        } catch (IOException e) {
            return "connect";
        }
        boolean[] began = {false};
        try {
            String head =
                    (post ? "POST " : "GET ") + path + " HTTP/1.1\r\nHost: suite\r\nX-Id: " + id
                            + "\r\n" + (post ? "Content-Length: " + body.length + "\r\n" : "")
                            + "\r\n";
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(body);
            connection.out().write(bytes.toByteArray());
            Answer answer = read(connection.in(), began);
            instance[0] = answer.fields().getOrDefault("x-instance", "-");
            String outcome = judge(answer, id, kind, body);
            if ("close".equalsIgnoreCase(answer.fields().get("connection"))) {
                connection.socket().close();
            } else {
                idle.addFirst(new Idle(connection, System.nanoTime()));
            }
            return outcome;
        } catch (SocketTimeoutException e) {
            close(connection);
            return "timeout";
        } catch (IOException e) {
            close(connection);
            return began[0] ? "cut" : "no-head";
        }
    }

    private static String judge(Answer answer, String id, String kind, byte[] sent) {
        if (answer.status() != 200) {
            return "status-" + answer.status();
        }
        if (!id.equals(answer.fields().get("x-id"))) {
            return "wrong-id";
        }
        if (kind.equals("post") && !Arrays.equals(sent, answer.body())) {
            return "wrong-body";
        }
        boolean plain = true;
        for (byte b : answer.body()) {
            plain &= b == 'x';
        }
        if (kind.equals("get") && !(plain && answer.body().length >= 16)) {
            return "wrong-body";
        }
        return kind.equals("stream") && answer.body().length % 16 != 0 ? "wrong-body" : "ok";
    }

    /** From 1 byte to 20 KB, different for each id. */
    private static byte[] body(String id) {
        var random = new SplittableRandom(id.hashCode());
        byte[] body = new byte[1 + (int) Math.pow(20_000, random.nextDouble())];
        random.nextBytes(body);
        return body;
    }

    private Connection connection() throws IOException {
        for (Idle kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            long since = System.nanoTime() - kept.sinceNanos();
            boolean open = since < IDLE_TRUSTED_NANOS || isOpen(kept.connection());
            if (since < IDLE_MAX_NANOS && open) {
                return kept.connection();
            }
            close(kept.connection());
        }
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return new Connection(
                socket,
                new BufferedInputStream(socket.getInputStream(), 16_384),
                socket.getOutputStream());
    }

    /** Whether the other side has not closed it. */
    private static boolean isOpen(Connection connection) {
        try {
            connection.socket().setSoTimeout(1);
            // Nothing may come unasked, and an end is no open connection.
            connection.in().read();
            return false;
        } catch (SocketTimeoutException e) {
            return restored(connection);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean restored(Connection connection) {
        try {
            connection.socket().setSoTimeout(TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void close(Connection connection) {
        try {
            connection.socket().close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private static Answer read(InputStream in, boolean[] began) throws IOException {
        String start = line(in);
        int status = Integer.parseInt(start.split(" ")[1]);
        Map<String, String> fields = new HashMap<>();
        for (String f = line(in); !f.isEmpty(); f = line(in)) {
            int colon = f.indexOf(':');
            fields.put(f.substring(0, colon).toLowerCase(), f.substring(colon + 1).strip());
        }
        began[0] = true;
        return new Answer(status, fields, body(in, fields));
    }

    private static byte[] body(InputStream in, Map<String, String> fields) throws IOException {
        if (!"chunked".equalsIgnoreCase(fields.get("transfer-encoding"))) {
            int length = Integer.parseInt(fields.getOrDefault("content-length", "0"));
            return exactly(in, length);
        }
        var all = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in).split(";")[0].strip(), 16);
            all.writeBytes(exactly(in, size));
            line(in);
            if (size == 0) {
                return all.toByteArray();
            }
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new Cut();
        }
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder(64);
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        throw new Cut();
    }
}
