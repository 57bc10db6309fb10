package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.gateway.http2.Http2Limits;
import dev.ebb.gateway.http2.Http2Settings;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What the settings say of HTTP/2 holds for clients' connections. */
class Http2LimitsTest {
    private static final Http2Limits FEW = new Http2Limits(2, 0, 12, 0, 1, 1_000, 10);

    private static TestGateway gateway(Http2Settings settings) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withHttp2(settings),
                TestGateway.PLAIN,
                List.of(Route.path("/api")));
    }

    private static String goAway(Http2Settings settings, byte[]... frames) throws IOException {
        try (var gateway = gateway(settings);
                var client = new FrameClient(gateway.gateway)) {
            client.send(FrameClient.preface());
            for (byte[] frame : frames) {
                client.send(frame);
            }
            return client.goAway();
        }
    }

    @Test
    void floodsHaveTheLimitsThatWereSet() throws IOException {
        var few = Http2Settings.DEFAULT.withLimits(FEW);
        byte[] ping = Http2Case.frame(6, 0, 0, new byte[8]);
        byte[][] pings = new byte[20][];
        Arrays.fill(pings, ping);
        assertThat(goAway(few, pings)).isEqualTo("ENHANCE_YOUR_CALM");
        byte[] begun = Http2Case.frame(1, 1, 1, new byte[0]);
        byte[] more = Http2Case.frame(9, 0, 1, new byte[0]);
        assertThat(goAway(few, begun, more, more)).isEqualTo("ENHANCE_YOUR_CALM");
    }

    @Test
    void streamsHaveTheLimitThatWasSet() throws IOException {
        var go = new CountDownLatch(1);
        try (var instance = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(go));
                var gateway = gateway(Http2Settings.DEFAULT.withMaxStreams(1)).with(instance);
                var client = new FrameClient(gateway.gateway)) {
            client.send(FrameClient.preface());
            client.send(FrameClient.get(1, "/api"));
            client.send(FrameClient.get(3, "/api"));
            assertThat(client.answer(3).reset()).isEqualTo("REFUSED_STREAM");
            go.countDown();
        }
    }
}
