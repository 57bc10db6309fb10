package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A body of 1 GiB passes in both directions at once, in constant memory. */
class BigBodyTest {
    private static final long GIB = 1L << 30;
    private static final long MOST_BYTES = 48L << 20;

    static Stream<Transport> transports() {
        return ProxyingTest.transports();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void passesInBothDirections(Transport transport) throws Exception {
        // The default's takes its time; the others' way through the code is the same.
        long size = transport == Transport.AUTO.resolved() ? GIB : GIB / 8;
        try (var instance = new TestInstance((request, exchange) -> echo(size, request, exchange));
                var gateway =
                        new TestGateway(
                                        GatewaySettings.DEFAULT
                                                .withLoops(1)
                                                .withTransport(transport),
                                        TestGateway.PLAIN)
                                .with(instance);
                var client = new TestClient(gateway.gateway)) {
            long before = direct();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
            var sending = CompletableFuture.runAsync(() -> send(client, size));
            assertThat(client.readHead().field("content-length")).isEqualTo("" + size);
            long most = 0;
            long received = 0;
            var part = new byte[1 << 20];
            int read;
            while (received < size && (read = client.in().read(part)) > 0) {
                // The bytes at multiples of 4096 tell their place.
                for (int i = (int) (-received & 4095); i < read; i += 4096) {
                    assertThat(part[i]).isEqualTo((byte) ((received + i) >> 12));
                }
                received += read;
                most = Math.max(most, direct());
            }
            sending.join();
            assertThat(received).isEqualTo(size);
            assertThat(most - before).isLessThan(MOST_BYTES);
            assertThat(gateway.traffic().bytesIn()).isEqualTo(size);
            assertThat(gateway.traffic().bytesOut()).isEqualTo(size);
        }
    }

    private static long direct() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static void echo(
            long size, TestInstance.Request request, TestInstance.Exchange exchange)
            throws IOException {
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
        InputStream in = request.in();
        var part = new byte[256 * 1024];
        long left = size;
        while (left > 0) {
            int read = in.read(part, 0, (int) Math.min(left, part.length));
            if (read < 0) {
                throw new IOException("cut with " + left + " to come");
            }
            exchange.out().write(part, 0, read);
            left -= read;
        }
    }

    private static void send(TestClient client, long size) {
        var part = new byte[1 << 20];
        try {
            for (long sent = 0; sent < size; sent += part.length) {
                for (int i = 0; i < part.length; i += 4096) {
                    part[i] = (byte) ((sent + i) >> 12);
                }
                client.socket.getOutputStream().write(part);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
