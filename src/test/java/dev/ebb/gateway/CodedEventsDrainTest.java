package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Server-sent events whose content is coded end where their client has lost nothing. */
// Where a line ends is what these texts are about.
@SuppressWarnings("StringConcatToTextBlock")
class CodedEventsDrainTest {
    private static final String TWO_EVENTS = "data: a\n\ndata: b\n\n";
    private static final String END = "0\r\n\r\n";

    private static String head(String coding) {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: "
                + coding
                + "\r\nTransfer-Encoding: chunked\r\n\r\n";
    }

    private static String chunk(String content) {
        return Integer.toHexString(content.length()) + "\r\n" + content + "\r\n";
    }

    /** As a service sends them that flushes behind each event, one byte for a character. */
    private static String flushed(String events) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes, true)) {
            gzip.write(events.getBytes(ISO_8859_1));
            gzip.flush();
            return bytes.toString(ISO_8859_1);
        }
    }

    private static String readable(String gzipped) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzipped.getBytes(ISO_8859_1)))) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                out.write(b);
            }
        } catch (EOFException e) {
            // Its end is missing, and nothing else.
        }
        return out.toString(ISO_8859_1);
    }

    /** An instance that says so much, the rest once it may, and then nothing any more. */
    private static TestInstance saying(String first, CountDownLatch more, String rest) {
        return new TestInstance((request, exchange) -> {
            exchange.send(first);
            try {
                more.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            exchange.send(rest);
            if (request.in().read() < 0) {
                throw new IOException("the client has gone");
            }
        });
    }

    private static TestGateway gateway() {
        return new TestGateway(
                GatewaySettings.DEFAULT.withTimeouts(TestTimeouts.of(Duration.ofSeconds(20))),
                TestGateway.PLAIN);
    }

    private static void drain(TestGateway gateway, TestInstance instance) {
        gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.DRAINING)));
    }

    private static void nothingWasLost(TestGateway gateway) {
        await().until(() -> gateway.inFlight(1) == 0);
        assertThat(gateway.traffic().truncated()).isZero();
        assertThat(gateway.endpoint(1).ledger().cut()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "X-Gzip"})
    void gzipEndsBehindAFlush(String coding) throws IOException {
        String sent = flushed(TWO_EVENTS);
        try (var instance = saying(head(coding) + chunk(sent), new CountDownLatch(0), "");
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/")).readHead();
            String got = client.text(chunk(sent).length());
            assertThat(readable(got.substring(got.indexOf('\n') + 1))).isEqualTo(TWO_EVENTS);
            drain(gateway, instance);
            assertThat(client.text(END.length())).isEqualTo(END);
            nothingWasLost(gateway);
        }
    }

    /** Two line feeds among compressed bytes are no end of an event. */
    @Test
    void gzipDoesNotEndWithinWhatIsNotReadableYet() throws IOException {
        String begun = "\u001f\u008b\u0008\n\n";
        String rest = "xyz\u0000\u0000\u00ff\u00ff";
        var more = new CountDownLatch(1);
        try (var instance = saying(head("gzip") + chunk(begun), more, chunk(rest));
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/")).readHead();
            assertThat(client.text(chunk(begun).length())).isEqualTo(chunk(begun));
            drain(gateway, instance);
            assertThat(gateway.endpoint(1).traffic().streams()).isOne();
            more.countDown();
            String last = chunk(rest) + END;
            assertThat(client.text(last.length())).isEqualTo(last);
            nothingWasLost(gateway);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd", "gzip, br"})
    void othersEndBetweenTwoChunks(String coding) throws IOException {
        String begun = "8\r\nabcde\n\n";
        var more = new CountDownLatch(1);
        try (var instance = saying(head(coding) + begun, more, "z\r\n");
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/")).readHead();
            assertThat(client.text(begun.length())).isEqualTo(begun);
            drain(gateway, instance);
            assertThat(gateway.endpoint(1).traffic().streams()).isOne();
            more.countDown();
            assertThat(client.text(3 + END.length())).isEqualTo("z\r\n" + END);
            nothingWasLost(gateway);
        }
    }

    /** Where neither chunks nor frames show a border, it is waited for the instance's own end. */
    @Test
    void withoutABorderTheEndIsTheInstances() throws IOException {
        String head =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        + "Content-Encoding: br\r\n\r\n";
        var more = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/plain")) {
                                exchange.send(head("identity"));
                                request.in().read();
                                return;
                            }
                            exchange.send(head + "abc\n\n");
                            try {
                                more.await();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                            exchange.send("def");
                            exchange.socket().close();
                        });
                var gateway = gateway().with(instance);
                var witness = new TestClient(gateway.gateway);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/")).readHead();
            assertThat(client.text(5)).isEqualTo("abc\n\n");
            witness.send(TestClient.get("/plain")).readHead();
            drain(gateway, instance);
            // All streams of an instance are asked in one turn here: when this one was, all were.
            assertThat(witness.text(END.length())).isEqualTo(END);
            assertThat(gateway.endpoint(1).traffic().streams()).isOne();
            more.countDown();
            assertThat(client.text(3)).isEqualTo("def");
        }
    }

    @Test
    void identityIsNoCoding() throws IOException {
        try (var instance =
                        saying(head("identity") + chunk(TWO_EVENTS), new CountDownLatch(0), "");
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/")).readHead();
            assertThat(client.text(chunk(TWO_EVENTS).length())).isEqualTo(chunk(TWO_EVENTS));
            drain(gateway, instance);
            assertThat(client.text(END.length())).isEqualTo(END);
        }
    }
}
