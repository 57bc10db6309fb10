package dev.ebb.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a Prometheus elsewhere may see, and that it is all that it may. */
class ScrapeServerTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger made = new AtomicInteger();

    private ScrapeServer server() throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return ScrapeServer.start(
                address,
                () -> {
                    if (made.get() < 0) {
                        throw new IllegalStateException("the secret is 17");
                    }
                    return "ebb_made " + made.incrementAndGet() + "\n";
                });
    }

    private HttpResponse<String> ask(ScrapeServer server, String method, String path)
            throws Exception {
        var uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void showsTheMetricsAndNothingElse() throws Exception {
        try (var server = server()) {
            HttpResponse<String> answer = ask(server, "GET", "/metrics");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("ebb_made 1\n");
            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
            assertThat(ask(server, "HEAD", "/metrics").body()).isEmpty();
            assertThat(ask(server, "POST", "/metrics").statusCode()).isEqualTo(405);
            for (String other : new String[] {"/", "/v1/status", "/v1/orders", "/metrics/", "/x"}) {
                assertThat(ask(server, "GET", other).statusCode()).as(other).isEqualTo(404);
            }
        }
    }

    /** Made anew for each, the numbers would be those of the questions. */
    @Test
    void manyWhoAskCostNoMoreThanOneASecond() throws Exception {
        try (var server = server()) {
            long began = System.nanoTime();
            for (int i = 0; i < 500; i++) {
                assertThat(ask(server, "GET", "/metrics").statusCode()).isEqualTo(200);
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            assertThat(made.get()).isBetween(1, (int) seconds + 2);
        }
    }

    @Test
    void saysThatItFailedAndNotWhatWith() throws Exception {
        try (var server = server()) {
            made.set(-1);
            HttpResponse<String> answer = ask(server, "GET", "/metrics");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).isEqualTo("Ebb failed to answer; its log says why\n");
        }
    }
}
