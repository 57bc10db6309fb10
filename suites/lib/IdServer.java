import java.io.BufferedInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The suites' instance: answers any request, and writes down which ones. Each request with an
 * {@code X-Id} is a line in {@code NAME-PID.ids}, written before it is answered; all others are
 * counted in {@code NAME-PID.counts} (two longs: GET, POST), a mapped file. Both outlive a SIGKILL.
 * The query may ask for {@code wait-ms}, {@code size}, {@code chunks} and {@code gap-ms}. A POST's
 * body is sent back. {@code /events} is a stream of numbered events that does not end by itself,
 * {@code /echo} a WebSocket that sends back each message. SIGTERM: finishes what it has read, then
 * ends.
 *
 * <p>usage: java IdServer PORT FOLDER NAME
 */
public final class IdServer {
    private static final Set<Socket> IDLE = ConcurrentHashMap.newKeySet();
    private static final Set<Socket> ALL = ConcurrentHashMap.newKeySet();
    private static volatile boolean ending;

    private final MappedByteBuffer counts;
    private final FileOutputStream ids;
    private final String name;

    private IdServer(Path folder, String name) throws IOException {
        this.name = name;
        String stem = name + "-" + ProcessHandle.current().pid();
        try (var channel =
                FileChannel.open(
                        folder.resolve(stem + ".counts"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            counts = channel.map(FileChannel.MapMode.READ_WRITE, 0, 16);
        }
        ids = new FileOutputStream(folder.resolve(stem + ".ids").toFile(), true);
    }

    public static void main(String[] args) throws IOException {
        var server = new IdServer(Path.of(args[1]), args[2]);
        var listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])),
                1024);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(listener)));
        while (true) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException e) {
                if (ending) {
                    return;
                }
                throw e;
            }
            ALL.add(socket);
            Thread.ofPlatform().daemon().start(() -> server.serve(socket));
        }
    }

    private static void end(ServerSocket listener) {
        ending = true;
        close(listener);
        IDLE.forEach(IdServer::close);
        long until = System.nanoTime() + 20_000_000_000L;
        while (!ALL.isEmpty() && System.nanoTime() - until < 0) {
            IDLE.forEach(IdServer::close);
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void close(AutoCloseable what) {
        try {
            what.close();
        } catch (Exception e) {
            // It is gone either way.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream(), 16_384);
            OutputStream out = socket.getOutputStream();
            IDLE.add(socket);
            while (one(socket, in, out)) {
                IDLE.add(socket);
            }
        } catch (IOException | RuntimeException e) {
            // The peer went away, or sent no HTTP: there is nobody to tell.
        } finally {
            IDLE.remove(socket);
            ALL.remove(socket);
        }
    }

    private boolean one(Socket socket, InputStream in, OutputStream out) throws IOException {
        String line = line(in, socket);
        if (line.isEmpty()) {
            return false;
        }
        String[] start = line.split(" ");
        Map<String, String> fields = new HashMap<>();
        for (String f = line(in, socket); !f.isEmpty(); f = line(in, socket)) {
            int colon = f.indexOf(':');
            fields.put(f.substring(0, colon).toLowerCase(), f.substring(colon + 1).strip());
        }
        byte[] body = body(in, fields, socket);
        if (start[1].startsWith("/health")) {
            answer(out, "health", "well\n".getBytes(StandardCharsets.US_ASCII));
            return !ending;
        }
        if (start[1].equals("/echo")) {
            echo(socket, in, out, fields.get("sec-websocket-key"));
            return false;
        }
        if (start[1].equals("/events")) {
            events(out);
            return false;
        }
        note(start[0], fields.get("x-id"));
        work(out, start, fields, body);
        return !ending && !"close".equalsIgnoreCase(fields.get("connection"));
    }

    private void note(String method, String id) throws IOException {
        if (id != null) {
            ids.write((id + "\n").getBytes(StandardCharsets.US_ASCII));
            return;
        }
        int at = method.equals("POST") ? 8 : 0;
        synchronized (counts) {
            counts.putLong(at, counts.getLong(at) + 1);
        }
    }

    private void work(OutputStream out, String[] start, Map<String, String> fields, byte[] body)
            throws IOException {
        long wait = asked(start[1], "wait-ms");
        if (wait > 0) {
            pause(wait);
        }
        String id = fields.getOrDefault("x-id", "-");
        long chunks = asked(start[1], "chunks");
        if (chunks > 0) {
            stream(out, id, chunks, asked(start[1], "gap-ms"));
            return;
        }
        if (start[0].equals("POST")) {
            answer(out, id, body);
            return;
        }
        byte[] text = new byte[(int) Math.max(16, asked(start[1], "size"))];
        java.util.Arrays.fill(text, (byte) 'x');
        answer(out, id, text);
    }

    private void stream(OutputStream out, String id, long chunks, long gap) throws IOException {
        out.write(bytes(head(id) + "Transfer-Encoding: chunked\r\n\r\n"));
        for (long i = 0; i < chunks; i++) {
            out.write(bytes("10\r\n0123456789abcdef\r\n"));
            pause(i + 1 < chunks ? gap : 0);
        }
        out.write(bytes("0\r\n\r\n"));
    }

    /** Until the other side has had enough, or this process has. */
    private static void events(OutputStream out) throws IOException {
        out.write(
                bytes(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"));
        for (int i = 1; !ending; i++) {
            String event = "id: " + i + "\ndata: 0123456789abcdef\n\n";
            out.write(bytes(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n"));
            pause(50);
        }
        out.write(bytes("0\r\n\r\n"));
    }

    /** RFC 6455: whole messages of less than 126 bytes, each sent back; a Close frame, too. */
    private static void echo(Socket socket, InputStream in, OutputStream out, String key)
            throws IOException {
        out.write(
                bytes(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                + "Connection: Upgrade\r\nSec-WebSocket-Accept: "
                                + accept(key)
                                + "\r\n\r\n"));
        while (true) {
            int first = in.read();
            int length = in.read() & 0x7f;
            byte[] mask = in.readNBytes(4);
            byte[] text = in.readNBytes(length);
            if (first < 0 || length > 125 || text.length < length) {
                return;
            }
            IDLE.remove(socket);
            byte[] frame = new byte[2 + length];
            frame[0] = (byte) first;
            frame[1] = (byte) length;
            for (int i = 0; i < length; i++) {
                frame[2 + i] = (byte) (text[i] ^ mask[i % 4]);
            }
            out.write(frame);
            if ((first & 0x0f) == 8) {
                return;
            }
        }
    }

    private static String accept(String key) {
        try {
            String text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(bytes(text));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(OutputStream out, String id, byte[] body) throws IOException {
        byte[] head = bytes(head(id) + "Content-Length: " + body.length + "\r\n\r\n");
        byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        out.write(all);
    }

    private String head(String id) {
        return "HTTP/1.1 200 OK\r\nX-Instance: " + name + "\r\nX-Id: " + id + "\r\n"
                + (ending ? "Connection: close\r\n" : "");
    }

    private static byte[] body(InputStream in, Map<String, String> fields, Socket socket)
            throws IOException {
        if ("chunked".equalsIgnoreCase(fields.get("transfer-encoding"))) {
            var all = new java.io.ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(line(in, socket).split(";")[0].strip(), 16);
                all.write(in.readNBytes(size));
                line(in, socket);
                if (size == 0) {
                    return all.toByteArray();
                }
            }
        }
        int length = Integer.parseInt(fields.getOrDefault("content-length", "0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new IOException("cut");
        }
        return body;
    }

    private static long asked(String target, String what) {
        int at = target.indexOf(what + "=");
        if (at < 0) {
            return 0;
        }
        int end = target.indexOf('&', at);
        return Long.parseLong(
                target.substring(at + what.length() + 1, end < 0 ? target.length() : end));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String line(InputStream in, Socket socket) throws IOException {
        var line = new StringBuilder(64);
        for (int c = in.read(); c >= 0; c = in.read()) {
            IDLE.remove(socket);
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return "";
    }
}
