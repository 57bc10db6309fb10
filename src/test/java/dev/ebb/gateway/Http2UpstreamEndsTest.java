package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an instance that breaks HTTP/2's rules hears before its connection ends. */
class Http2UpstreamEndsTest {
    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final byte[] NO_INCREMENT = {0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final int PREFACE = 24;
    private static final int GOAWAY = 7;
    private static final int PROTOCOL_ERROR = 1;

    /**
     * Everything that came until the end of the connection with a request; fails when it was reset.
     */
    private static byte[] misbehave(ServerSocket listener) {
        while (true) {
            try (Socket socket = listener.accept()) {
                socket.setSoTimeout(10_000);
                var in = new PushbackInputStream(socket.getInputStream());
                int first = in.read();
                if (first < 0) {
                    // A health check.
                    continue;
                }
                in.unread(first);
                var out = socket.getOutputStream();
                out.write(SETTINGS);
                out.write(NO_INCREMENT);
                // Bytes that nobody reads: closing at once would reset the connection.
                out.write(new byte[50_000]);
                return in.readAllBytes();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static int goAwayCode(byte[] heard) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(heard))) {
            in.skipNBytes(PREFACE);
            while (in.available() > 0) {
                int word = in.readInt();
                in.skipNBytes(5);
                byte[] payload = in.readNBytes(word >>> 8);
                if ((word & 0xff) == GOAWAY) {
                    return payload[7];
                }
            }
            return -1;
        }
    }

    @Test
    void anInstanceThatBreaksARuleLearnsWhy() throws Exception {
        try (var listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var gateway =
                        new TestGateway(
                                GatewaySettings.DEFAULT, TestGateway.PLAIN, Protocol.HTTP2)) {
            var heard = CompletableFuture.supplyAsync(() -> misbehave(listener));
            gateway.publish(
                    List.of(
                            new Endpoint(
                                    TestGateway.id(1),
                                    "127.0.0.1",
                                    listener.getLocalPort(),
                                    EndpointRole.ACTIVE,
                                    1,
                                    Endpoint.NO_RAMP)));
            try (var client = new TestClient(gateway.gateway)) {
                client.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
                assertThat(goAwayCode(heard.get(20, TimeUnit.SECONDS))).isEqualTo(PROTOCOL_ERROR);
            }
        }
    }
}
