package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.FieldTraits;
import dev.ebb.gateway.http2.HpackDecoder;
import dev.ebb.gateway.http2.Http2Error;
import dev.ebb.gateway.http2.Scratch;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A client that sends any bytes as frames, and reads what comes back with nothing of the gateway's:
 * heads are decompressed by Netty.
 */
final class FrameClient implements AutoCloseable {
    private static final int END_STREAM = 1;

    /** What came back on one stream. */
    static final class Answer {
        private final Map<String, String> fields = new HashMap<>();
        private final Set<String> neverIndexed = new TreeSet<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private String reset = "";
        private boolean ended;

        String field(String name) {
            return fields.getOrDefault(name, "");
        }

        /** Names of the fields that no compression table may hold, trailers included. */
        Set<String> neverIndexed() {
            return neverIndexed;
        }

        String text() {
            return body.toString(ISO_8859_1);
        }

        /** The code of a RST_STREAM; empty for none. */
        String reset() {
            return reset;
        }

        boolean over() {
            return ended || !reset.isEmpty();
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();

    /** Netty's does not tell which fields were marked. */
    private final HpackDecoder marks = new HpackDecoder(new Scratch(), 1 << 20);

    private final Map<Integer, Answer> answers = new HashMap<>();
    private String goAway = "";
    private boolean closed;

    FrameClient(Gateway gateway) throws IOException {
        socket = TestClient.connected(gateway.addresses().getFirst());
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    static byte[] preface() {
        var out = new ByteArrayOutputStream();
        out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
        out.writeBytes(Http2Case.frame(4, 0, 0, new byte[0]));
        out.writeBytes(Http2Case.frame(4, 1, 0, new byte[0]));
        return out.toByteArray();
    }

    /** A request without a body, whole and without any fault. */
    static byte[] get(int stream, String path) {
        var block = new ByteArrayOutputStream();
        block.writeBytes(Http2Case.literal(":method", "GET"));
        block.writeBytes(Http2Case.literal(":scheme", "http"));
        block.writeBytes(Http2Case.literal(":authority", "a"));
        block.writeBytes(Http2Case.literal(":path", path));
        return Http2Case.frame(1, 4 | END_STREAM, stream, block.toByteArray());
    }

    /** False when the gateway has ended the connection already. */
    boolean send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The whole answer on a stream, or how it broke off. */
    Answer answer(int stream) throws IOException {
        return read(stream, Answer::over);
    }

    private Answer read(int stream, Predicate<Answer> enough) throws IOException {
        var answer = answers.computeIfAbsent(stream, ignored -> new Answer());
        while (!enough.test(answer) && !closed) {
            next();
        }
        return answer;
    }

    /** Reads to the end of the connection; the code of the last GOAWAY, empty for none. */
    String goAway() throws IOException {
        while (!closed) {
            next();
        }
        return goAway;
    }

    private void next() throws IOException {
        try {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(lengthAndType >>> 8);
            frame(lengthAndType & 0xff, flags, stream, payload);
        } catch (EOFException | SocketException e) {
            closed = true;
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws Http2Exception {
        var answer = answers.computeIfAbsent(stream, ignored -> new Answer());
        switch (type) {
            case 0 -> {
                answer.body.writeBytes(payload);
                answer.ended |= (flags & END_STREAM) != 0;
            }
            case 1 -> {
                marks.decode(payload, 0, payload.length, marksOf(answer));
                Http2Headers head = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload));
                head.forEach(
                        f -> answer.fields.put(f.getKey().toString(), f.getValue().toString()));
                answer.ended |= (flags & END_STREAM) != 0;
            }
            case 3 -> answer.reset = Http2Error.name(number(payload, 0));
            case 7 -> goAway = Http2Error.name(number(payload, 4));
            default -> {}
        }
    }

    private static FieldSink marksOf(Answer answer) {
        return (name, from, to, value, start, end, traits) -> {
            if ((traits & FieldTraits.NEVER_INDEXED) != 0) {
                answer.neverIndexed.add(new String(name, from, to - from, ISO_8859_1));
            }
        };
    }

    /** All that came, for a test that fails. */
    String describe() {
        var text = new StringBuilder("GOAWAY " + goAway + (closed ? ", closed" : ""));
        answers.forEach((stream, a) -> {
            text.append("; %d: %s %s %s".formatted(stream, a.fields, a.text(), a.reset));
        });
        return text.toString();
    }

    private static int number(byte[] bytes, int at) {
        return Unpooled.wrappedBuffer(bytes).getInt(at);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
