package dev.ebb.demo.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadGeneratorTest {
    private static final String OK = "HTTP/1.1 200 OK|Content-Length: 2||ok";

    @Test
    void countsWhatIsAnsweredAndKeepsConnections() throws IOException {
        try (var server = new OddServer((n, socket, out) -> say(out, OK))) {
            LoadCounts counts = send(server.options(), 200, 100);

            assertThat(counts.sent()).isGreaterThanOrEqualTo(100);
            assertThat(counts.answered()).isEqualTo(counts.sent()).isEqualTo(server.requests.get());
            assertThat(counts.failed() + counts.truncated()).isZero();
            assertThat(server.connections.get()).isLessThan((int) counts.sent() / 2);
            assertThat(counts.p50Millis()).isGreaterThan(0);
        }
    }

    @Test
    void keepsToTheRate() throws IOException {
        try (var server = new OddServer((n, socket, out) -> say(out, OK));
                var load = new LoadGenerator(server.options())) {
            long began = System.nanoTime();
            load.rate(300, Duration.ZERO);
            await().until(() -> load.counts().sent() >= 600);
            double seconds = (System.nanoTime() - began) / 1e9;
            assertThat(load.counts().sent() / seconds).isCloseTo(300, within(30.0));

            load.rate(0, Duration.ZERO);
            await().pollDelay(Duration.ofMillis(50)).until(() -> load.counts().inFlight() == 0);
            long sent = load.counts().sent();
            await().during(Duration.ofMillis(300)).until(() -> load.counts().sent() == sent);
        }
    }

    @Test
    void tellsFailuresByTheirCause() throws IOException {
        assertThat(causes((n, socket, out) -> say(out, "HTTP/1.1 503 No|Content-Length: 0||")))
                .containsOnlyKeys("status_503");
        assertThat(causes((n, socket, out) -> false)).containsOnlyKeys("closed_before_response");
        assertThat(
                        causes((n, socket, out) -> {
                            socket.setSoLinger(true, 0); // Ends with a reset.
                            return false;
                        }))
                .containsOnlyKeys("closed_before_response");
        assertThat(causes((n, socket, out) -> say(out, "220 smtp.example ready|")))
                .containsOnlyKeys("bad_response");
        assertThat(causes((n, socket, out) -> say(out, OK.replace("||", "|X-Request-Id: other||"))))
                .containsOnlyKeys("bad_response");
    }

    @Test
    void countsARefusedConnection() throws IOException {
        InetSocketAddress nobody;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
        }
        LoadCounts counts = send(LoadOptions.to(nobody, "odd"), 100, 10);
        assertThat(counts.failedByCause()).containsOnlyKeys("connect");
        assertThat(counts.failed()).isEqualTo(counts.sent());
    }

    @Test
    void tellsAResponseCutInTheMiddleFromOneThatNeverCame() throws IOException {
        for (String begun :
                new String[] {
                    "HTTP/1.1 2",
                    "HTTP/1.1 200 OK|Content-Le",
                    "HTTP/1.1 200 OK|Content-Length: 9||half",
                    "HTTP/1.1 200 OK|Transfer-Encoding: chunked||4|half|"
                }) {
            try (var server =
                    new OddServer((n, socket, out) -> {
                        OddServer.write(out, begun);
                        return false;
                    })) {
                LoadCounts counts = send(server.options(), 100, 10);
                assertThat(counts.truncated()).as(begun).isEqualTo(counts.sent());
                assertThat(counts.failed()).isZero();
            }
        }
    }

    @Test
    void givesUpOnASilentServerAndOnATrickle() throws IOException {
        var never = new CountDownLatch(1);
        var options = new Behaviours(never);
        for (OddServer.Behaviour behaviour : options.silentOnes()) {
            try (var server = new OddServer(behaviour)) {
                LoadCounts counts = send(withTimeout(server, 300), 50, 5);
                assertThat(counts.failedByCause()).containsOnlyKeys("timeout");
                assertThat(counts.maxMillis()).isBetween(290.0, 3_000.0);
            }
        }
        never.countDown();
    }

    private record Behaviours(CountDownLatch never) {
        OddServer.Behaviour[] silentOnes() {
            return new OddServer.Behaviour[] {
                (n, socket, out) -> never.await(20, TimeUnit.SECONDS),
                (n, socket, out) -> {
                    OddServer.write(out, "HTTP/1.1 200 OK|Content-Length: 1000||");
                    for (int i = 0; i < 1000 && !never.await(50, TimeUnit.MILLISECONDS); i++) {
                        OddServer.write(out, "x");
                    }
                    return true;
                }
            };
        }
    }

    @Test
    void showsAStalledServerInItsLatencies() throws IOException {
        // At 0.5 s the server stalls for 1 s. A closed loop would see a single slow request.
        var stall = new CountDownLatch(1);
        try (var server =
                        new OddServer((n, socket, out) -> {
                            if (n > 100) {
                                stall.await(30, TimeUnit.SECONDS);
                            }
                            return say(out, OK);
                        });
                var load = new LoadGenerator(server.options())) {
            load.rate(200, Duration.ZERO);
            await().until(() -> load.counts().sent() >= 300);
            stall.countDown();
            await().until(() -> load.counts().sent() >= 400);
            load.stop();
            LoadCounts counts = load.counts();

            assertThat(counts.answered()).isEqualTo(counts.sent());
            assertThat(counts.p99Millis()).isBetween(700.0, 5_000.0);
            assertThat(counts.maxMillis()).isGreaterThan(counts.p50Millis() + 300);
        }
    }

    @Test
    void limitsWhatIsInFlightAndSaysSo() throws IOException {
        var never = new CountDownLatch(1);
        try (var server = new OddServer((n, s, out) -> never.await(20, TimeUnit.SECONDS));
                var load = new LoadGenerator(limited(server, 4))) {
            load.rate(200, Duration.ZERO);
            await().until(() -> load.counts().failedByCause().containsKey("client_overload"));
            assertThat(server.requests.get()).isLessThanOrEqualTo(4);
            load.stop();

            LoadCounts counts = load.counts();
            assertThat(counts.failedByCause().get("timeout")).isEqualTo(4L);
            assertThat(counts.failed()).isEqualTo(counts.sent());
        }
        never.countDown();
    }

    @Test
    void neverSendsOnAConnectionThatItKnowsToHaveEnded() throws IOException {
        // The server ends each connection right after a response that promised to keep it.
        try (var server =
                new OddServer((n, socket, out) -> {
                    OddServer.write(out, OK);
                    return false;
                })) {
            LoadCounts counts = send(server.options(), 20, 20);
            assertThat(counts.answered()).isEqualTo(counts.sent());
            assertThat(server.connections.get()).isEqualTo((int) counts.sent());
        }
    }

    @Test
    void neverSendsARequestTwice() throws IOException {
        // Every other request meets a server that hangs up without a word.
        try (var server = new OddServer((n, socket, out) -> n % 2 == 0 && say(out, OK))) {
            LoadCounts counts = send(server.options(), 100, 40);
            assertThat(server.requests.get()).isEqualTo((int) counts.sent());
            assertThat(counts.failedByCause().get("closed_before_response"))
                    .isEqualTo(counts.sent() - counts.answered())
                    .isBetween(counts.sent() / 2, counts.sent() / 2 + 1);
        }
    }

    private static boolean say(java.io.OutputStream out, String text) throws IOException {
        OddServer.write(out, text);
        return true;
    }

    private static Map<String, Long> causes(OddServer.Behaviour behaviour) throws IOException {
        try (var server = new OddServer(behaviour)) {
            LoadCounts counts = send(server.options(), 100, 10);
            assertThat(counts.failed()).isEqualTo(counts.sent());
            return counts.failedByCause();
        }
    }

    /** Sends at least so many requests, and waits until all have ended. */
    private static LoadCounts send(LoadOptions options, double perSecond, int requests) {
        try (var load = new LoadGenerator(options)) {
            load.rate(perSecond, Duration.ZERO);
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> load.counts().sent() >= requests);
            load.stop();
            assertThat(load.counts().inFlight()).isZero();
            return load.counts();
        }
    }

    private static LoadOptions withTimeout(OddServer server, long millis) {
        var options = server.options();
        return new LoadOptions(
                options.target(),
                options.host(),
                "/",
                Duration.ofMillis(millis),
                100,
                options.mostWait(),
                options.idle());
    }

    private static LoadOptions limited(OddServer server, int most) {
        return new LoadOptions(
                server.address(),
                "odd",
                "/",
                Duration.ofSeconds(1),
                most,
                Duration.ofMillis(200),
                Duration.ofSeconds(3));
    }
}
