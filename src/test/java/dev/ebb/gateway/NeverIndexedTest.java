package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.gateway.http2.FieldTraits;
import dev.ebb.gateway.http2.HpackDecoder;
import dev.ebb.gateway.http2.Scratch;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Secrets that one side keeps out of compression tables stay out of them on the other, too. */
class NeverIndexedTest {
    private static final int HEADERS = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /** What the mark looks like in {@link Instance#next}. */
    private static final String MARK = "!";

    private static byte[] plain(String name, String value) {
        return Http2Case.literal(name, value);
    }

    /** RFC 7541 6.2.3. */
    private static byte[] never(String name, String value) {
        byte[] field = Http2Case.literal(name, value);
        field[0] = 0x10;
        return field;
    }

    private static byte[] frame(int type, int flags, int stream, byte[]... parts) {
        var payload = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            payload.writeBytes(part);
        }
        return Http2Case.frame(type, flags, stream, payload.toByteArray());
    }

    /** Answers each request with bytes that are written here, and keeps what it was asked. */
    private static final class Instance implements AutoCloseable {
        private final ServerSocket server;
        private final LinkedBlockingQueue<List<String>> blocks = new LinkedBlockingQueue<>();

        Instance() throws IOException {
            server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
            Thread.ofVirtual()
                    .start(() -> {
                        while (!server.isClosed()) {
                            try {
                                Socket socket = server.accept();
                                Thread.ofVirtual().start(() -> serve(socket));
                            } catch (IOException e) {
                                return;
                            }
                        }
                    });
        }

        private void serve(Socket socket) {
            var decoder = new HpackDecoder(new Scratch(), 1 << 20);
            try (socket) {
                var in = new DataInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                in.readNBytes(24);
                out.write(frame(4, 0, 0));
                while (true) {
                    int lengthAndType = in.readInt();
                    int flags = in.readUnsignedByte();
                    int stream = in.readInt();
                    byte[] payload = in.readNBytes(lengthAndType >>> 8);
                    int type = lengthAndType & 0xff;
                    if (type == HEADERS) {
                        blocks.add(fields(decoder, payload));
                    }
                    if (type <= HEADERS && (flags & END_STREAM) != 0) {
                        answer(out, stream);
                    } else if (type == 4 && flags == 0) {
                        out.write(frame(4, 1, 0));
                    }
                }
            } catch (IOException e) {
                // The gateway has ended the connection.
            }
        }

        private static List<String> fields(HpackDecoder decoder, byte[] block) {
            var fields = new ArrayList<String>();
            decoder.decode(
                    block,
                    0,
                    block.length,
                    (name, from, to, value, start, end, traits) ->
                            fields.add(
                                    ((traits & FieldTraits.NEVER_INDEXED) != 0 ? MARK : "")
                                            + new String(name, from, to - from, ISO_8859_1)
                                            + ": "
                                            + new String(value, start, end - start, ISO_8859_1)));
            return fields;
        }

        private static void answer(OutputStream out, int stream) throws IOException {
            out.write(
                    frame(
                            HEADERS,
                            END_HEADERS,
                            stream,
                            plain(":status", "200"),
                            plain("x-plain", "1"),
                            never("x-token", "2"),
                            never("etag", "3")));
            out.write(frame(0, 0, stream, "hello".getBytes(ISO_8859_1)));
            out.write(
                    frame(
                            HEADERS,
                            END_HEADERS | END_STREAM,
                            stream,
                            never("x-sum", "4"),
                            plain("x-end", "5")));
        }

        /** The next head or trailers. */
        List<String> next() {
            try {
                return Objects.requireNonNull(blocks.poll(10, TimeUnit.SECONDS), "nothing came");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        Endpoint endpoint() {
            return new Endpoint(
                    TestGateway.id(1),
                    "127.0.0.1",
                    server.getLocalPort(),
                    EndpointRole.ACTIVE,
                    1,
                    Endpoint.NO_RAMP);
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

    private static TestGateway gateway(Instance instance) {
        var gateway =
                new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(1), TestGateway.PLAIN, Protocol.HTTP2);
        gateway.publish(List.of(instance.endpoint()));
        return gateway;
    }

    private static byte[] request(int stream, byte[]... more) {
        var fields = new ByteArrayOutputStream();
        fields.writeBytes(plain(":method", "POST"));
        fields.writeBytes(plain(":scheme", "http"));
        fields.writeBytes(plain(":authority", "a"));
        for (byte[] field : more) {
            fields.writeBytes(field);
        }
        return frame(HEADERS, END_HEADERS, stream, fields.toByteArray());
    }

    @Test
    void aRequestsMarksGoOnInItsHeadAndItsTrailers() throws IOException {
        try (var instance = new Instance();
                var gateway = gateway(instance);
                var client = new FrameClient(gateway.gateway)) {
            client.send(FrameClient.preface());
            for (int stream = 1; stream < 6; stream += 2) {
                client.send(
                        request(
                                stream,
                                never(":path", "/a?token=b"),
                                plain("cookie", "a=1"),
                                never("cookie", "b=2"),
                                never("x-token", "t"),
                                plain("x-plain", "p"),
                                never("content-type", "text/plain")));
                client.send(frame(0, 0, stream, "abc".getBytes(ISO_8859_1)));
                client.send(
                        frame(
                                HEADERS,
                                END_HEADERS | END_STREAM,
                                stream,
                                never("x-sum", "1"),
                                plain("x-end", "2")));
                assertThat(client.answer(stream).text()).isEqualTo("hello");
                assertThat(instance.next())
                        .contains("!:path: /a?token=b", "!cookie: a=1; b=2", "!x-token: t")
                        .contains("x-plain: p", "!content-type: text/plain")
                        .contains(":method: POST", ":authority: a");
                assertThat(instance.next()).containsExactly("!x-sum: 1", "x-end: 2");
            }
        }
    }

    @Test
    void aMarkIsForItsRequestAlone() throws IOException {
        try (var instance = new Instance();
                var gateway = gateway(instance);
                var client = new FrameClient(gateway.gateway);
                var other = new TestClient(gateway.gateway)) {
            client.send(FrameClient.preface());
            client.send(request(1, plain(":path", "/"), never("x-token", "t")));
            client.send(frame(0, END_STREAM, 1));
            client.answer(1);
            assertThat(instance.next()).contains("!x-token: t");
            client.send(request(3, plain(":path", "/"), plain("x-token", "t")));
            client.send(frame(0, END_STREAM, 3));
            client.answer(3);
            assertThat(instance.next()).contains("x-token: t");
            // HTTP/1 has no marks; there it goes by the name.
            other.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Token: t\r\nAuthorization: b\r\n\r\n");
            assertThat(instance.next()).contains("x-token: t", "!authorization: b");
        }
    }

    @Test
    void anAnswersMarksGoOnInItsHeadAndItsTrailers() throws IOException {
        try (var instance = new Instance();
                var gateway = gateway(instance);
                var client = new FrameClient(gateway.gateway);
                var other = new TestClient(gateway.gateway)) {
            client.send(FrameClient.preface());
            for (int stream = 1; stream < 6; stream += 2) {
                client.send(FrameClient.get(stream, "/"));
                var answer = client.answer(stream);
                assertThat(answer.field("x-plain") + answer.field("x-end")).isEqualTo("15");
                assertThat(answer.neverIndexed()).containsExactly("etag", "x-sum", "x-token");
            }
            // Between two protocols nothing of it is left to be seen.
            var answer = other.ask(TestClient.get("/"));
            assertThat(answer.head()).contains("x-token: 2\r\n", "etag: 3\r\n");
            assertThat(answer.trailers()).isEqualTo("x-sum: 4\nx-end: 5\n");
        }
    }
}
