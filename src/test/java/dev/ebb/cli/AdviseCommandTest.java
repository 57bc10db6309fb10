package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ebb advise}, as it is typed. */
class AdviseCommandTest {
    @TempDir private Path folder;

    private Path trace() throws IOException {
        var lines = new StringBuilder("t_seconds,value\n");
        for (int minute = 0; minute < 1500; minute++) {
            double load = 100 + 80 * Math.sin(minute / 229.0) + minute % 7;
            lines.append(minute * 60).append(',').append(load).append('\n');
        }
        return Files.writeString(folder.resolve("shop.csv"), lines);
    }

    @Test
    void aRecordedLoadGivesSavingsAndAPolicyThatEbbReads() throws IOException {
        Cli cli = Cli.run("advise", "--trace", trace().toString(), "--price", "0.5");

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains("shop", "saves", "in money", "at the risk", "policy:");
        String policy =
                cli.out()
                        .lines()
                        .filter(line -> line.startsWith("    "))
                        .reduce("", (all, line) -> all + line + "\n");
        Path config =
                Files.writeString(
                        folder.resolve("shop.yaml"),
                        "services:\n  shop:\n    run: {command: /bin/true}\n" + policy);
        Cli check = Cli.run("check", config.toString());
        assertThat(check.code()).as(check.out() + check.err()).isZero();
    }

    @Test
    void whenIsSaidByTheClockWhereTheRecordHasDates() throws IOException {
        // 2026-11-19 at 22:00 UTC: little until 4:00, much for four hours, little again.
        var lines = new StringBuilder();
        for (int minute = 0; minute < 3 * 1440; minute++) {
            int hour = (22 + minute / 60) % 24;
            lines.append(1_795_125_600L + 60L * minute).append(',');
            lines.append(hour >= 4 && hour < 8 ? 100 : 10).append('\n');
        }
        Path dated = Files.writeString(folder.resolve("dated.csv"), lines);
        JsonNode service =
                JsonMapper.shared()
                        .readTree(Cli.run("advise", "--json", "--trace", dated.toString()).out())
                        .get("services")
                        .get(0);
        assertThat(service.get("times_in").asString()).isEqualTo("UTC");
        JsonNode morning = service.get("times").get(1);
        assertThat(morning.get("from_hour").asInt()).isEqualTo(4);
        for (JsonNode part : service.get("times")) {
            assertThat(part.get("instances").asDouble())
                    .isLessThanOrEqualTo(morning.get("instances").asDouble());
        }
        assertThat(morning.get("instances").asDouble()).isGreaterThan(28);
        assertThat(Cli.run("advise", "--trace", dated.toString()).out())
                .contains("04:00 to 08:00 UTC: ");
        assertThat(Cli.run("advise", "--trace", trace().toString()).out())
                .contains("04:00 to 08:00 of each day of the record: ");
    }

    @Test
    void thePolicyHasRoomAndNoMoreThanIsSaid() throws IOException {
        String[] usual = {"advise", "--json", "--trace", trace().toString(), "--capacity", "40"};
        JsonNode service =
                JsonMapper.shared().readTree(Cli.run(usual).out()).get("services").get(0);
        int most = service.get("most_instances").asInt();
        assertThat(most).isBetween(5, 9);
        assertThat(service.get("policy").get("instances").asString())
                .isEqualTo("1.." + (int) Math.ceil(1.5 * most));
        Cli said = Cli.run("advise", "--trace", trace().toString(), "--max", "33");
        assertThat(said.out()).contains("instances: 1..33");
    }

    @Test
    void whatPrometheusSaysIsToldInOneLine() throws IOException {
        String answer = "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse\"}";
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(400, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            Cli cli = Cli.run("advise", "--prometheus", url, "--query", "sum(");

            assertThat(cli.code()).isNotZero();
            assertThat(cli.err().strip().lines()).hasSize(1);
            assertThat(cli.err()).contains("parse");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void wrongOptionsAreRefused() throws IOException {
        assertThat(Cli.run("advise").code()).isEqualTo(Exit.USAGE);
        assertThat(Cli.run("advise", "--prometheus", "http://127.0.0.1:1").code())
                .isEqualTo(Exit.USAGE);
        String file = trace().toString();
        assertThat(Cli.run("advise", "--trace", file, "--price", "-1").code())
                .isEqualTo(Exit.USAGE);
        Cli unreachable = Cli.run("advise", "--prometheus", "http://127.0.0.1:1", "--query", "up");
        assertThat(unreachable.code()).isNotZero();
        assertThat(unreachable.err()).contains("--prometheus");
    }
}
