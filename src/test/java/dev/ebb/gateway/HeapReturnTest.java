package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** When heap is given back: after a load, and not during one. */
class HeapReturnTest {
    /** A request and its answer, over connections that are there: see {@link GatewayLoop}. */
    private static final int OF_A_REQUEST = 4;

    private static final String ASK =
            String.join(
                    "\r\n",
                    "GET / HTTP/1.1",
                    "Host: test",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "",
                    "");
    private static final String AGREED =
            String.join(
                    "\r\n",
                    "HTTP/1.1 101 Switching Protocols",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "",
                    "");

    private long now;
    private long activity;
    private int collections;
    private final HeapReturn heap = new HeapReturn(() -> activity, () -> collections++, 0);

    /** So many seconds with so many requests in each. */
    private void seconds(int count, long perSecond) {
        for (int tick = 0; tick < count * 10; tick++) {
            now += GatewayLoop.TICK.toNanos();
            activity += tick % 10 == 0 ? OF_A_REQUEST * perSecond : 0;
            heap.tick(now);
        }
    }

    @Test
    void onceALoadIsOver() {
        seconds(60, 1000);
        assertThat(collections).isZero();
        seconds(9, 0);
        assertThat(collections).isZero();
        seconds(6, 1);
        assertThat(collections).isOne();
        seconds(600, 2);
        assertThat(collections).as("nothing more to gain").isOne();
        seconds(60, 1000);
        seconds(15, 0);
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void neverUnderASteadyLoad() {
        seconds(10_000, 5);
        assertThat(collections).isZero();
    }

    @Test
    void neverForAHandfulOfRequests() {
        seconds(60, 100);
        seconds(600, 0);
        assertThat(collections).isZero();
    }

    @Test
    void aPauseIsNoEnd() {
        for (int i = 0; i < 20; i++) {
            seconds(5, 1000);
            seconds(8, 0);
        }
        assertThat(collections).isZero();
    }

    /** A stream that is one request, and busy: an event, and that the client says it has it. */
    @Test
    void neverInTheMidstOfAStream() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send(AGREED);
                            while (request.in().read() >= 0) {
                                exchange.send("e");
                            }
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            long before = HeapReturn.WORTH;
            var busy =
                    new HeapReturn(
                            () -> before + HeapReturn.activity(gateway.gateway),
                            () -> collections++,
                            0);
            client.send(ASK).readHead();
            for (long look = 1; look <= 10; look++) {
                for (int i = 0; i < HeapReturn.QUIET; i++) {
                    client.send("a");
                    assertThat(client.text(1)).isEqualTo("e");
                }
                busy.tick(look * HeapReturn.LOOK_NANOS);
            }
            assertThat(collections).as("while it is busy").isZero();
            for (long look = 11; look <= 13; look++) {
                busy.tick(look * HeapReturn.LOOK_NANOS);
            }
            assertThat(collections).as("once it rests").isOne();
        }
    }
}
