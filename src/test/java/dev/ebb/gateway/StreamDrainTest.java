package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Long streams of a draining instance are asked to move, each in its own language. */
// Where a line ends is what these texts are about.
@SuppressWarnings("StringConcatToTextBlock")
class StreamDrainTest {
    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String AGREED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n";
    private static final String ASK =
            "GET /%1$s HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: %1$s\r\n\r\n";
    private static final String CLOSE_RESTART = "\u0088\u0002\u0003\u00f4";

    private static TestGateway gateway() {
        return new TestGateway(
                GatewaySettings.DEFAULT.withTimeouts(TestTimeouts.of(Duration.ofSeconds(20))),
                TestGateway.PLAIN);
    }

    private static void drain(TestGateway gateway, TestInstance instance) {
        gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.DRAINING)));
    }

    /** Sends what it is told to, and waits for the client to say or close something. */
    private static TestInstance sending(String text) {
        return new TestInstance((request, exchange) -> {
            exchange.send(text);
            if (request.in().read() < 0) {
                throw new IOException("the client has gone");
            }
        });
    }

    @Test
    void eventsEndBetweenTwoOfThem() throws IOException {
        try (var instance = sending(EVENTS + "9\r\ndata: a\n\n\r\n");
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/")).readHead();
            assertThat(client.text(14)).isEqualTo("9\r\ndata: a\n\n\r\n");
            drain(gateway, instance);
            assertThat(client.text(5)).isEqualTo("0\r\n\r\n");
            await().until(() -> gateway.inFlight(1) == 0);
            assertThat(gateway.traffic().truncated()).isZero();
            assertThat(gateway.endpoint(1).ledger().cut()).isZero();
        }
    }

    @Test
    void anEventThatHasBegunIsWaitedFor() throws Exception {
        var more = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send(EVENTS + "7\r\ndata: a\r\n");
                            try {
                                more.await();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                            exchange.send("2\r\n\n\n\r\n");
                            request.in().read();
                        });
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/")).readHead();
            assertThat(client.text(12)).isEqualTo("7\r\ndata: a\r\n");
            drain(gateway, instance);
            assertThat(gateway.endpoint(1).traffic().streams()).isOne();
            more.countDown();
            assertThat(client.text(12)).isEqualTo("2\r\n\n\n\r\n0\r\n\r\n");
        }
    }

    /** All streams of an instance are asked in one turn here: when this one was, all were. */
    private static final class Witness implements AutoCloseable {
        private final TestClient client;

        Witness(TestGateway gateway) throws IOException {
            client = new TestClient(gateway.gateway);
            client.send(ASK.formatted("witness").replace("Upgrade: witness", "Upgrade: websocket"))
                    .readHead();
        }

        static boolean is(TestInstance.Request request) {
            return request.path().equals("/witness");
        }

        static void serve(TestInstance.Request request, TestInstance.Exchange exchange)
                throws IOException {
            exchange.send(AGREED.formatted("websocket"));
            request.in().read();
        }

        void wasAsked() throws IOException {
            assertThat(client.text(4)).isEqualTo(CLOSE_RESTART);
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }

    @Test
    void aWebSocketGetsACloseFrameBetweenFrames() throws IOException {
        // A text frame of five bytes, of which the last two come after the drain has begun.
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (Witness.is(request)) {
                                Witness.serve(request, exchange);
                                return;
                            }
                            exchange.send(AGREED.formatted("websocket") + "\u0081\u0005hel");
                            int b = request.in().read();
                            exchange.send("lo" + "\u0081\u0001x");
                            while (b >= 0) {
                                b = request.in().read();
                                if (b == 'c') {
                                    throw new IOException("closed as asked");
                                }
                            }
                        });
                var gateway = gateway().with(instance);
                var witness = new Witness(gateway);
                var client = new TestClient(gateway.gateway)) {
            client.send(ASK.formatted("websocket")).readHead();
            assertThat(client.text(5)).isEqualTo("\u0081\u0005hel");
            drain(gateway, instance);
            witness.wasAsked();
            client.send("g");
            // The frame is completed, then 1012 in a Close frame, and nothing of what follows.
            assertThat(client.text(6)).isEqualTo("lo" + CLOSE_RESTART);
            client.send("c");
            assertThat(client.ended()).isTrue();
            await().until(() -> gateway.inFlight(1) == 0);
            assertThat(gateway.traffic().truncated()).isZero();
        }
    }

    @Test
    void aQuietWebSocketGetsItAtOnce() throws IOException {
        try (var instance = sending(AGREED.formatted("WebSocket"));
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(ASK.formatted("websocket")).readHead();
            drain(gateway, instance);
            assertThat(client.text(4)).isEqualTo(CLOSE_RESTART);
        }
    }

    @Test
    void ofOtherProtocolsTheEndIsWaitedFor() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (Witness.is(request)) {
                                Witness.serve(request, exchange);
                                return;
                            }
                            exchange.send(AGREED.formatted("mystery"));
                            exchange.send("got " + (char) request.in().read());
                        });
                var gateway = gateway().with(instance);
                var witness = new Witness(gateway);
                var client = new TestClient(gateway.gateway)) {
            client.send(ASK.formatted("mystery")).readHead();
            drain(gateway, instance);
            witness.wasAsked();
            assertThat(client.send("x").text(5)).isEqualTo("got x");
        }
    }

    @Test
    void whatTheStopOfAnInstanceEndsIsCountedAsCut() throws Exception {
        var stopped = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send(AGREED.formatted("mystery"));
                            try {
                                stopped.await();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                            exchange.socket().close();
                        });
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(ASK.formatted("mystery")).readHead();
            gateway.publish(List.of());
            stopped.countDown();
            await().until(() -> gateway.endpoint(1).ledger().cut() == 1);
            assertThat(gateway.traffic().truncated()).isOne();
        }
    }

    @Test
    void aQuietStreamOfEventsGoesOn() throws Exception {
        var settings =
                GatewaySettings.DEFAULT.withTimeouts(
                        TestTimeouts.responseBody(Duration.ofMillis(200)));
        var more = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/plain")) {
                                exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx");
                                request.in().read();
                                return;
                            }
                            exchange.send(EVENTS);
                            try {
                                more.await();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                            exchange.send("9\r\ndata: a\n\n\r\n");
                        });
                var gateway = new TestGateway(settings, TestGateway.PLAIN).with(instance);
                var client = new TestClient(gateway.gateway);
                var other = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/events")).readHead();
            // An answer that is no stream runs out of time later than this one would have.
            other.send(TestClient.get("/plain")).readHead();
            await().until(() -> gateway.traffic().truncated() == 1);
            more.countDown();
            assertThat(client.text(14)).isEqualTo("9\r\ndata: a\n\n\r\n");
        }
    }

    @Test
    void aClosingGatewayAsksAllOfThem() throws IOException {
        try (var instance = sending(AGREED.formatted("websocket"));
                var gateway = gateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(ASK.formatted("websocket")).readHead();
            var closing = Thread.ofVirtual().start(() -> gateway.gateway.close());
            assertThat(client.text(4)).isEqualTo("\u0088\u0002\u0003\u00e9");
            client.socket.close();
            await().until(() -> !closing.isAlive());
        }
    }
}
