package dev.ebb.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is malformed by RFC 9113 8, at a server and at a client, each by a stream error. */
class FieldCheckTest {
    private static final String[] GOOD = {
        ":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a.test"
    };

    private static Fields with(String... more) {
        var fields = Fields.of(GOOD);
        fields.all.addAll(Fields.of(more).all);
        return fields;
    }

    private static Fields instead(String name, String value) {
        var fields = Fields.of(GOOD);
        fields.all.replaceAll(
                field -> field.name().equals(name) ? new Fields.Field(name, value, false) : field);
        return fields;
    }

    private static Fields without(String name) {
        var fields = Fields.of(GOOD);
        fields.all.removeIf(field -> field.name().equals(name));
        return fields;
    }

    static List<Fields> malformedRequests() {
        return List.of(
                with("", "empty"),
                with("sp ace", "a"),
                with("a:b", "a"),
                with(":unknown", "a"),
                with(":status", "200"),
                with(":method", "GET"),
                with(":authority", "a.test"),
                with("a", " b"),
                with("a", "b "),
                with("a", "\tb"),
                with("a", "b\r\nc: d"),
                with("a", "b\nc"),
                with("a", "b\0"),
                with("a", "b\u007f"),
                with("connection", "close"),
                with("proxy-connection", "close"),
                with("keep-alive", "timeout=5"),
                with("transfer-encoding", "chunked"),
                with("upgrade", "h2c"),
                with("te", "gzip"),
                with("te", "trailers, gzip"),
                with("host", "b.test"),
                with("host", ""),
                with("host", "a.test", "host", "a.test"),
                with("content-length", "1"),
                with("content-length", "0", "content-length", "0"),
                with("content-length", "+0"),
                with("content-length", "-1"),
                with("content-length", "0x0"),
                with("content-length", "0,0"),
                with("content-length", "0000000000000000000"),
                with("content-length", ""),
                with("a", "b", ":path", "/"),
                without(":method"),
                without(":scheme"),
                without(":path"),
                instead(":method", "GE T"),
                instead(":method", ""),
                instead(":path", ""),
                instead(":path", "a"),
                instead(":path", "http://a.test/"),
                instead(":path", "/a b"),
                instead(":path", "/a HTTP/1.1\r\na: b"),
                instead(":path", "/#a"),
                instead(":path", "/\u00e4"),
                instead(":path", "*"),
                instead(":scheme", ""),
                instead(":scheme", "ht tp"),
                instead(":authority", ""),
                instead(":authority", "me@a.test"),
                instead(":authority", "a.test/b"),
                instead(":authority", "a test"),
                instead(":authority", "a".repeat(600)),
                instead(":method", "CONNECT"),
                Fields.of(":method", "CONNECT"),
                Fields.of(":method", "CONNECT", ":authority", "a:1", ":protocol", "websocket"));
    }

    @ParameterizedTest
    @MethodSource("malformedRequests")
    void aMalformedRequestIsReset(Fields request) {
        Recorder server = Wire.server(Http2Settings.DEFAULT);
        Wire.send(server, 0, Wire.head(1, true, request));
        assertThat(server.rejected).containsExactly("PROTOCOL_ERROR");
        assertThat(server.told(1).headIsThere).isFalse();
        assertThat(Wire.frames(server))
                .anySatisfy(frame -> {
                    assertThat(frame.is(Frames.RST_STREAM, 1)).isTrue();
                    assertThat(frame.number(0)).isEqualTo(Http2Error.PROTOCOL_ERROR);
                });
        assertThat(server.failed).isEmpty();
        Wire.send(server, 0, Wire.head(3, true, with("x", "the next one is read")));
        assertThat(server.told(3).headIsThere).isTrue();
    }

    /** The encoder writes names in lower case; here they are written as they are. */
    @Test
    void namesInUpperCaseAreMalformed() {
        Recorder server = Wire.server(Http2Settings.DEFAULT);
        byte[] block = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x00, 0x01, 'A', 0x01, 'b'};
        Wire.send(server, 0, Wire.frame(Frames.HEADERS, 5, 1, block));
        assertThat(server.rejected).containsExactly("PROTOCOL_ERROR");
    }

    static Stream<Fields> goodRequests() {
        return Stream.of(
                with("te", "trailers"),
                with("host", "A.test"),
                with("content-length", "0"),
                with("a", "b \t \u00e4 c"),
                with("a", ""),
                with("cookie", "a=b", "cookie", "c=d"),
                without(":authority"),
                instead(":path", "/a?b=c&d=%20"),
                instead(":scheme", "h2+x"),
                Fields.of(":method", "OPTIONS", ":scheme", "http", ":path", "*"),
                Fields.of(":method", "CONNECT", ":authority", "a.test:443"));
    }

    @ParameterizedTest
    @MethodSource("goodRequests")
    void aGoodRequestIsTold(Fields request) {
        Recorder server = Wire.server(Http2Settings.DEFAULT);
        Wire.send(server, 0, Wire.head(1, true, request));
        assertThat(server.rejected).isEmpty();
        Fields expected = new Fields();
        expected.all.addAll(request.all);
        expected.all.removeIf(field -> field.name().equals("host"));
        assertThat(server.told(1).head.toString()).isEqualTo(expected.toString());
    }

    @Test
    void aHostStandsInForAnAuthority() {
        Recorder server = Wire.server(Http2Settings.DEFAULT);
        Fields request = without(":authority");
        request.all.addAll(Fields.of("host", "a.test").all);
        Wire.send(server, 0, Wire.head(1, true, request));
        assertThat(server.told(1).head.value("host")).isEqualTo("a.test");
    }

    static List<Fields> malformedResponses() {
        return List.of(
                Fields.of("a", "b"),
                Fields.of(":status", "20"),
                Fields.of(":status", "2000"),
                Fields.of(":status", "abc"),
                Fields.of(":status", "099"),
                Fields.of(":status", "600"),
                Fields.of(":status", "101"),
                Fields.of(":status", "200", ":status", "200"),
                Fields.of(":status", "200", ":path", "/"),
                Fields.of("a", "b", ":status", "200"),
                Fields.of(":status", "200", "connection", "close"),
                Fields.of(":status", "200", "transfer-encoding", "chunked"),
                Fields.of(":status", "200", "content-length", "1"),
                Fields.of(":status", "200", "content-length", "0", "content-length", "1"),
                Fields.of(":status", "200", "a", "b\r\n"),
                Fields.of(":status", "103"));
    }

    @ParameterizedTest
    @MethodSource("malformedResponses")
    void aMalformedResponseIsReset(Fields response) {
        Recorder client = Wire.client(Http2Settings.DEFAULT);
        client.request(Fields.request("GET", "/"), true);
        Wire.send(client, 0, Wire.head(1, true, response));
        assertThat(client.told(1).aborted).isEqualTo("PROTOCOL_ERROR RULES");
        assertThat(client.told(1).headIsThere).isFalse();
        assertThat(client.connection.openStreams()).isZero();
        assertThat(client.failed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {":path", "connection", "content-length", "host", "te", "A b"})
    void trailersSayNothingAboutTheMessage(String name) {
        Recorder server = Wire.server(Http2Settings.DEFAULT);
        Wire.send(server, 0, Wire.head(1, false, with()), Wire.head(1, true, Fields.of(name, "1")));
        assertThat(server.told(1).aborted).isEqualTo("PROTOCOL_ERROR RULES");
        assertThat(server.told(1).ended).isFalse();
    }

    @Test
    void theLengthsOfBodiesAreThoseAnnounced() {
        byte[] three = {1, 2, 3};
        int end = Frames.END_STREAM;
        Fields announced = instead(":method", "POST");
        announced.all.addAll(Fields.of("content-length", "3").all);
        Recorder server = Wire.server(Http2Settings.DEFAULT);
        for (int id = 1; id <= 9; id += 2) {
            Wire.send(server, 0, Wire.head(id, false, announced));
        }
        Wire.send(server, 0, Wire.frame(Frames.DATA, end, 1, three));
        Wire.send(server, 0, Wire.frame(Frames.DATA, end, 3, (byte) 1));
        Wire.send(server, 0, Wire.frame(Frames.DATA, 0, 5, three));
        Wire.send(server, 0, Wire.frame(Frames.DATA, end, 5, (byte) 1));
        Wire.send(server, 0, Wire.frame(Frames.DATA, 0, 7, three));
        Wire.send(server, 0, Wire.head(7, true, Fields.of("x", "y")));
        Wire.send(server, 0, Wire.head(9, true, Fields.of("x", "y")));
        assertThat(server.told(1).ended).isTrue();
        assertThat(server.told(7).ended).isTrue();
        for (int id : new int[] {3, 5, 9}) {
            assertThat(server.told(id).aborted).isEqualTo("PROTOCOL_ERROR RULES");
            assertThat(server.told(id).ended).isFalse();
        }
    }

    @Test
    void anAnswerWithoutContentMayAnnounceSome() {
        Recorder client = Wire.client(Http2Settings.DEFAULT);
        Http2Stream head = client.connection.open(true, "test");
        client.send(head, Fields.request("HEAD", "/"), true);
        client.request(Fields.request("GET", "/"), true);
        client.request(Fields.request("GET", "/"), true);
        Wire.send(
                client, 0, Wire.head(1, true, Fields.of(":status", "200", "content-length", "9")));
        Wire.send(
                client, 0, Wire.head(3, true, Fields.of(":status", "304", "content-length", "9")));
        assertThat(client.told(1).ended).isTrue();
        assertThat(client.told(3).ended).isTrue();
        Wire.send(client, 0, Wire.head(5, false, Fields.of(":status", "204")));
        Wire.send(client, 0, Wire.frame(Frames.DATA, Frames.END_STREAM, 5, (byte) 1));
        assertThat(client.told(5).aborted).isEqualTo("PROTOCOL_ERROR RULES");
    }
}
