package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ebb advise --prometheus} with a real Prometheus that has a day of a shop's requests. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class PrometheusTest {
    private static final Path SERVER = Path.of("/usr/bin/prometheus");
    private static final Path TOOL = Path.of("/usr/bin/promtool");
    private static final int MINUTES = 1500;

    @TempDir private Path folder;
    private long end;
    private String url = "";
    private Process server;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        assumeTrue(
                Files.isExecutable(SERVER) && Files.isExecutable(TOOL),
                "needs Prometheus: /usr/bin/prometheus and /usr/bin/promtool are not there");
        end = System.currentTimeMillis() / 1000 / 60 * 60;
        Path text = Files.writeString(folder.resolve("shop.txt"), requests());
        run(TOOL, "tsdb", "create-blocks-from", "openmetrics", text, folder.resolve("data"));
        Path config = Files.writeString(folder.resolve("prometheus.yml"), "scrape_configs: []\n");
        int port = freePort();
        url = "http://127.0.0.1:" + port;
        server =
                new ProcessBuilder(
                                SERVER.toString(),
                                "--config.file=" + config,
                                "--storage.tsdb.path=" + folder.resolve("data"),
                                "--web.listen-address=127.0.0.1:" + port)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        untilReady();
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (server != null) {
            server.destroy();
            if (!server.waitFor(20, TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
            }
        }
    }

    /** Two instances count requests; their sum is a wave between 20 and 186 a second. */
    private String requests() {
        var text = new StringBuilder("# TYPE http_requests counter\n");
        for (int instance = 1; instance <= 2; instance++) {
            double total = 0;
            for (int minute = 0; minute <= MINUTES; minute++) {
                total += 60 * load(minute) / 2;
                text.append("http_requests_total{job=\"shop\",instance=\"")
                        .append(instance)
                        .append("\"} ")
                        .append(total)
                        .append(' ')
                        .append(end - 60L * (MINUTES - minute))
                        .append('\n');
            }
        }
        return text.append("# EOF\n").toString();
    }

    private static double load(int minute) {
        return 100 + 80 * Math.sin(minute / 229.0) + minute % 7;
    }

    private static void run(Object... command) throws IOException, InterruptedException {
        String[] words = new String[command.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = command[i].toString();
        }
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try (InputStream out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void untilReady() {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "/-/ready"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> isReady(client, request));
        }
    }

    private boolean isReady(HttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        assertThat(server.isAlive()).as(log()).isTrue();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private Cli advise(String... more) {
        String[] given = {
            "advise",
            "--prometheus",
            url,
            "--query",
            "sum(rate(http_requests_total{job=\"shop\"}[2m]))",
            "--from",
            Instant.ofEpochSecond(end - 60L * (MINUTES - 2)).toString(),
            "--to",
            Instant.ofEpochSecond(end).toString()
        };
        String[] all = new String[given.length + more.length];
        System.arraycopy(given, 0, all, 0, given.length);
        System.arraycopy(more, 0, all, given.length, more.length);
        return Cli.run(all);
    }

    /** The figures of the first line: hours, hours for the peak, hours saved, percent. */
    private static double[] figures(Cli cli) {
        String line = cli.out().lines().filter(l -> l.contains(": saves ")).findFirst().get();
        return java.util.Arrays.stream(line.replaceAll("[^0-9 ]", "").strip().split(" +"))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Test
    void whatItKeepsGivesTheAdviceOfTheSameLoadInAFile() throws IOException {
        Cli asked = advise();
        assertThat(asked.code()).as(asked.err() + log()).isZero();
        assertThat(asked.out()).contains("saves", "at the risk", "policy:");

        var lines = new StringBuilder("t_seconds,value\n");
        for (int minute = 2; minute <= MINUTES; minute++) {
            double load = (load(minute) + load(minute - 1)) / 2;
            lines.append((minute - 2) * 60).append(',').append(load).append('\n');
        }
        Path trace = Files.writeString(folder.resolve("shop.csv"), lines);
        Cli read = Cli.run("advise", "--trace", trace.toString());
        double[] mine = figures(read);
        double[] theirs = figures(asked);
        for (int i = 0; i < mine.length; i++) {
            assertThat(theirs[i]).as("figure %d", i).isBetween(0.97 * mine[i], 1.03 * mine[i]);
        }
    }

    /** More points than Prometheus gives in one answer, so it is asked several times. */
    @Test
    void aLongQuestionIsAskedInParts() throws IOException {
        Cli cli = advise("--every", "5s");
        assertThat(cli.code()).as(cli.err() + log()).isZero();
        assertThat(figures(cli)[0]).isPositive();
    }

    @Test
    void whatItRefusesIsToldInOneLine() {
        Cli cli = Cli.run("advise", "--prometheus", url, "--query", "sum(");
        assertThat(cli.code()).isEqualTo(Exit.FAILED);
        assertThat(cli.err().strip().lines()).hasSize(1);
        assertThat(cli.err()).contains("parse error");
    }

    @Test
    void anEmptyAnswerIsSaid() {
        Cli cli = Cli.run("advise", "--prometheus", url, "--query", "nobody_counts_this");
        assertThat(cli.code()).isNotZero();
        assertThat(cli.err().strip().lines()).hasSize(1);
    }
}
