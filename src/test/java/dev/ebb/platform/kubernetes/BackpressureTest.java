package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackpressureTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong time = new AtomicLong(5 * SECOND);
    private final Backpressure backpressure = new Backpressure(time::get);

    @Test
    void nothingIsWrittenForAsLongAsWasAskedFor() {
        assertThat(backpressure.leftNanos()).isZero();
        backpressure.refused(Optional.of("7"));
        assertThat(secondsUntilOpen()).isEqualTo(7);
    }

    @Test
    void whatWasOnItsWayCountsAsOneAndMayOnlyAskForMore() {
        for (int i = 0; i < 9; i++) {
            backpressure.refused(Optional.of("2"));
        }
        backpressure.refused(Optional.of("1"));
        backpressure.refused(Optional.of("3"));
        assertThat(secondsUntilOpen()).isEqualTo(3);
    }

    @Test
    void oneAfterTheOtherIsWaitedForLongerAndNeverForMoreThanAMinute() {
        long waited = 0;
        for (int i = 0; i < 12; i++) {
            backpressure.refused(Optional.empty());
            long now = secondsUntilOpen();
            assertThat(now).isEqualTo(Math.min(60, Math.max(1, 2 * waited)));
            waited = now;
        }
        backpressure.refused(Optional.of("86400"));
        assertThat(secondsUntilOpen()).isEqualTo(60);
    }

    @Test
    void afterAQuietTimeItBeginsAnew() {
        backpressure.refused(Optional.of("4"));
        assertThat(secondsUntilOpen()).isEqualTo(4);
        time.addAndGet(5 * SECOND);
        backpressure.refused(Optional.of("1"));
        assertThat(secondsUntilOpen()).isEqualTo(1);
    }

    @Test
    void whatIsNoNumberOfSecondsIsOne() {
        for (String odd : new String[] {"", "-3", "0", "1.5", "Fri, 31 Dec 1999 23:59:59 GMT"}) {
            var one = new Backpressure(time::get);
            one.refused(Optional.of(odd));
            time.addAndGet(SECOND - 1);
            assertThat(one.leftNanos()).as(odd).isPositive();
            time.addAndGet(1);
            assertThat(one.leftNanos()).as(odd).isZero();
        }
    }

    /** As the API server's priority and fairness says it: in a header, and without a Status. */
    @Test
    void aClientHearsItInTheAnswerToARead(@TempDir Path folder) throws Exception {
        var code = new AtomicInteger(404);
        HttpServer server = server(code);
        try (KubernetesClient client = client(folder, server)) {
            ask(client);
            assertThat(backpressure.leftNanos()).isZero();
            code.set(429);
            ask(client);
            assertThat(secondsUntilOpen()).isEqualTo(9);
        } finally {
            server.stop(0);
        }
    }

    private static HttpServer server(AtomicInteger code) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getResponseHeaders().set("Retry-After", "9");
                    exchange.sendResponseHeaders(code.get(), -1);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private KubernetesClient client(Path folder, HttpServer server) throws Exception {
        Path kubeconfig =
                Files.writeString(
                        folder.resolve("kubeconfig"),
                        """
                        apiVersion: v1
                        kind: Config
                        current-context: it
                        clusters: [{name: it, cluster: {server: "http://127.0.0.1:%d"}}]
                        users: [{name: it, user: {token: none}}]
                        contexts: [{name: it, context: {cluster: it, user: it}}]
                        """
                                .formatted(server.getAddress().getPort()));
        return new Access(Optional.of(kubeconfig), Optional.empty()).client(backpressure);
    }

    private static void ask(KubernetesClient client) {
        try {
            client.pods().inNamespace("any").list();
        } catch (KubernetesClientException e) {
            // As it is meant to be.
        }
    }

    private long secondsUntilOpen() {
        long seconds = 0;
        while (backpressure.leftNanos() > 0) {
            time.addAndGet(SECOND);
            seconds++;
        }
        return seconds;
    }
}
