package dev.ebb.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HelloServiceTest {

    @Test
    void saysHelloAndEchoesTheRequestsId() throws Exception {
        try (var service = service(0)) {
            await().until(service::isWarm);
            var answer = get(service.port(), "/anything", "X-Request-Id", "42");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("Hello from hello-7.\n");
            assertThat(answer.headers().firstValue("x-request-id")).contains("42");
            assertThat(answer.headers().firstValue("x-instance")).contains("hello-7");
            assertThat(get(service.port(), "/health", "A", "b").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void isNotHealthyBeforeItIsWarm() throws Exception {
        try (var service = service(100_000)) {
            assertThat(get(service.port(), "/health", "A", "b").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void readsBodiesAndAnswersInChunks() throws Exception {
        try (var client = HttpClient.newHttpClient();
                var service = service(0)) {
            URI uri = uri(service.port(), "/?chunks=3&gap-ms=1&cpu-us=10");
            for (var body :
                    new HttpRequest.BodyPublisher[] {
                        BodyPublishers.ofString("x".repeat(100_000)),
                        BodyPublishers.fromPublisher(BodyPublishers.ofString("in chunks"))
                    }) {
                var request = HttpRequest.newBuilder(uri).POST(body).expectContinue(true).build();
                var answer = client.send(request, BodyHandlers.ofString());
                assertThat(answer.body()).isEqualTo("hello-7 1\nhello-7 2\nhello-7 3\n");
            }
        }
    }

    @Test
    void usesAsMuchCpuAsItIsTold() {
        var threads = java.lang.management.ManagementFactory.getThreadMXBean();
        CpuBurner.burn(1_000);
        long before = threads.getCurrentThreadCpuTime();
        CpuBurner.burn(20_000_000);
        assertThat(threads.getCurrentThreadCpuTime() - before).isBetween(20_000_000L, 25_000_000L);
    }

    @Test
    void finishesWhatItHasBegunBeforeItEnds() throws Exception {
        var service = service(0);
        await().until(service::isWarm);
        try (var idle = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            var slow =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return get(service.port(), "/?wait-ms=500", "A", "b").body();
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            await().until(service::isBusy);
            service.close();

            assertThat(slow.get(5, TimeUnit.SECONDS)).startsWith("Hello");
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void endsOnSigtermAsAProcess() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process =
                new ProcessBuilder(
                                java,
                                "-cp",
                                System.getProperty("java.class.path"),
                                HelloService.class.getName(),
                                "--port",
                                "0",
                                "--name",
                                "hello-9")
                        .start();
        try (var out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("hello-9 listens on 127.0.0.1:");
            // Unlike the process's own destroy, this leaves its output open.
            process.toHandle().destroy();
            assertThat(out.readLine()).isEqualTo("hello-9 ends");
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void explainsAWrongCommandLine() {
        assertThatThrownBy(() -> HelloOptions.parse(new String[] {}, Map.of()))
                .hasMessageContaining("no port");
        assertThatThrownBy(() -> HelloOptions.parse(new String[] {"--prot", "1"}, Map.of()))
                .hasMessageContaining("--prot");
        assertThatThrownBy(() -> HelloOptions.parse(new String[] {"--port", "70000"}, Map.of()))
                .hasMessageContaining("65535");
        assertThatThrownBy(() -> HelloOptions.parse(new String[] {"--port"}, Map.of()))
                .hasMessageContaining("needs a value");
        var options = HelloOptions.parse(new String[] {"--cpu-ms", "0.5"}, Map.of("PORT", "80"));
        assertThat(options.port()).isEqualTo(80);
        assertThat(options.cpuMicros()).isEqualTo(500);
    }

    private static HelloService service(int warmRequests) throws IOException {
        return new HelloService(
                new HelloOptions("127.0.0.1", 0, "hello-7", 100, 0, warmRequests, 0));
    }

    private static HttpResponse<String> get(int port, String path, String header, String value)
            throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(uri(port, path))
                            .header(header, value)
                            .timeout(Duration.ofSeconds(20))
                            .build();
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
