package dev.ebb.gateway;

import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.Http2Connection;
import dev.ebb.gateway.http2.Http2Error;
import dev.ebb.gateway.http2.Http2Listener;
import dev.ebb.gateway.http2.Http2Output;
import dev.ebb.gateway.http2.Http2Settings;
import dev.ebb.gateway.http2.Http2Stream;
import dev.ebb.gateway.http2.Scratch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A client that speaks HTTP/2 with prior knowledge, on a plain socket; reads when it waits. */
final class TestHttp2Client implements AutoCloseable, Http2Listener, Http2Output {
    private static final int CHUNK = 16 * 1024;

    /** What came back on one stream. */
    static final class Answer {
        final Http2Stream stream;
        final List<Map<String, String>> interims = new ArrayList<>();
        Map<String, String> head = new HashMap<>();
        Map<String, String> trailers = new HashMap<>();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean ended;
        String aborted = "";

        Answer(Http2Stream stream) {
            this.stream = stream;
        }

        String status() {
            return head.getOrDefault(":status", "");
        }

        String text() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }

        boolean over() {
            return ended || !aborted.isEmpty();
        }
    }

    private final Socket socket;
    private final Http2Connection connection;
    private final Map<Http2Stream, Answer> answers = new HashMap<>();
    private Map<String, String> current = new HashMap<>();
    boolean consumes = true;
    boolean goesAway;
    boolean closed;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    TestHttp2Client(Gateway gateway) throws IOException {
        this(gateway, Http2Settings.DEFAULT);
    }

    TestHttp2Client(Gateway gateway, Http2Settings settings) throws IOException {
        this(TestClient.connected(gateway.addresses().getFirst()), settings);
    }

    /** On a connection that stands. */
    TestHttp2Client(Socket connected, Http2Settings settings) {
        socket = connected;
        connection =
                new Http2Connection(
                        Http2Connection.Side.CLIENT,
                        settings,
                        new Scratch(),
                        UnpooledByteBufAllocator.DEFAULT,
                        this,
                        this,
                        System.nanoTime());
        connection.start();
    }

    // ---- What a test does with it

    /**
     * @param more names and values, alternately
     */
    Answer send(String method, String path, boolean end, String... more) {
        Http2Stream stream = connection.open(method.equals("HEAD"), "test");
        var answer = new Answer(stream);
        answers.put(stream, answer);
        FieldSink out = connection.beginFields(stream);
        field(out, ":method", method);
        field(out, ":authority", "shop");
        if (!method.equals("CONNECT")) {
            field(out, ":scheme", "http");
            field(out, ":path", path);
        }
        for (int i = 0; i < more.length; i += 2) {
            field(out, more[i], more[i + 1]);
        }
        connection.endFields(stream, end);
        connection.flush();
        return answer;
    }

    Answer get(String path, String... more) {
        return await(send("GET", path, true, more));
    }

    void body(Answer answer, byte[] bytes, boolean end) {
        for (int at = 0; at < Math.max(1, bytes.length); at += CHUNK) {
            int size = Math.min(CHUNK, bytes.length - at);
            boolean last = end && at + size >= bytes.length;
            connection.data(answer.stream, Unpooled.copiedBuffer(bytes, at, size), last);
        }
        connection.flush();
    }

    void trailers(Answer answer, String name, String value) {
        field(connection.beginFields(answer.stream), name, value);
        connection.endFields(answer.stream, true);
        connection.flush();
    }

    void reset(Answer answer) {
        connection.reset(answer.stream, Http2Error.CANCEL);
        connection.flush();
    }

    /** Opens no more streams; what is open goes on. */
    void leave() {
        connection.goAway(Http2Error.NO_ERROR);
        connection.flush();
    }

    void consume(Answer answer, int bytes) {
        connection.consumed(answer.stream, bytes);
        connection.flush();
    }

    Answer await(Answer answer) {
        readUntil(answer::over);
        return answer;
    }

    void readUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            byte[] bytes = new byte[CHUNK];
            try {
                int size = socket.getInputStream().read(bytes);
                if (size < 0) {
                    closed = true;
                    connection.transportClosed();
                    socket.close();
                    return;
                }
                connection.receive(Unpooled.wrappedBuffer(bytes, 0, size), System.nanoTime());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            connection.flush();
        }
    }

    private static void field(FieldSink out, String name, String value) {
        byte[] one = Bytes.ascii(name);
        byte[] other = Bytes.ascii(value);
        out.field(one, 0, one.length, other, 0, other.length, 0);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    // ---- The connection's output and listener

    @Override
    public void write(ByteBuf bytes) {
        byte[] part = new byte[bytes.readableBytes()];
        bytes.readBytes(part);
        bytes.release();
        written.writeBytes(part);
    }

    @Override
    public void flush() {
        try {
            written.writeTo(socket.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written.reset();
    }

    @Override
    public boolean writable() {
        return true;
    }

    @Override
    public FieldSink fields(Http2Stream stream) {
        current = new HashMap<>();
        return (name, nameFrom, nameTo, value, from, to, traits) ->
                current.merge(
                        text(name, nameFrom, nameTo), text(value, from, to), (a, b) -> a + "|" + b);
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private Answer answer(Http2Stream stream) {
        return answers.computeIfAbsent(stream, Answer::new);
    }

    @Override
    public void head(Http2Stream stream, boolean end) {
        answer(stream).head = current;
        answer(stream).ended |= end;
    }

    @Override
    public void interim(Http2Stream stream, int status) {
        answer(stream).interims.add(current);
    }

    @Override
    public void trailers(Http2Stream stream) {
        answer(stream).trailers = current;
        answer(stream).ended = true;
    }

    @Override
    public void headTooLarge(Http2Stream stream, boolean end) {}

    @Override
    public void data(Http2Stream stream, ByteBuf in, int length, boolean end) {
        byte[] part = new byte[length];
        in.getBytes(in.readerIndex(), part);
        answer(stream).body.writeBytes(part);
        answer(stream).ended |= end;
        if (consumes) {
            connection.consumed(stream, length);
        }
    }

    @Override
    public void writable(Http2Stream stream) {}

    @Override
    public void aborted(Http2Stream stream, int code, Cause cause) {
        answer(stream).aborted = Http2Error.name(code) + " " + cause;
    }

    @Override
    public void goAway(int code) {
        goesAway = true;
    }

    @Override
    public void drained() {}

    @Override
    public void failed(int code, String why) {
        throw new IllegalStateException(Http2Error.name(code) + ": " + why);
    }
}
