package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page of a backtest needs nothing else, and stays small. */
class BacktestHtmlTest {
    private static final Pattern DATA = Pattern.compile("const DATA = (.*);\\R");

    @TempDir private Path folder;

    private String page(String name, int minutes) throws IOException {
        return page(name, minutes, 0);
    }

    /** With so much of a load that jumps up and down each minute. */
    private String page(String name, int minutes, double restless) throws IOException {
        var lines = new StringBuilder();
        for (int minute = 0; minute < minutes; minute++) {
            double load = 100 + 80 * Math.sin(minute / 60.0) + (minute == 5000 ? 900 : 0);
            load += restless * (minute * 7919 % 97);
            lines.append(minute * 60).append(',').append(load).append('\n');
        }
        Path trace = Files.writeString(folder.resolve(name + ".csv"), lines);
        Path html = folder.resolve("page.html");
        Cli cli =
                Cli.run(
                        "backtest",
                        "--trace",
                        trace.toString(),
                        "--against",
                        "hpa,oracle",
                        "--html",
                        html.toString());
        assertThat(cli.code()).as(cli.err()).isZero();
        return Files.readString(html);
    }

    private static JsonNode data(String page) {
        var matcher = DATA.matcher(page);
        assertThat(matcher.find()).isTrue();
        return JsonMapper.shared().readTree(matcher.group(1)).get("traces").get(0);
    }

    @Test
    void aLongTraceKeepsItsPeakAndThePageStaysSmall() throws IOException {
        String page = page("long", 20_000);
        assertThat(page.length()).isLessThan(2_000_000);
        assertThat(page).doesNotContain("http://", "https://", "src=");
        JsonNode trace = data(page);
        assertThat(trace.get("need").get(0).size()).isLessThanOrEqualTo(BacktestHtml.BUCKETS);
        double most = 0;
        for (JsonNode value : trace.get("need").get(1)) {
            most = Math.max(most, value.asDouble());
        }
        // In the reference model the peak needs 28 instances fully used, at 90 % each.
        assertThat(most).isBetween(31.0, 31.2);
        JsonNode hpa = trace.get("policies").get(1);
        assertThat(hpa.get("name").asString()).isEqualTo("hpa");
        assertThat(hpa.get("missed_at").size()).isPositive();
        assertThat(reasons(hpa).get(1)).contains("utilization");
    }

    @Test
    void everyDecisionHasItsReasonInThePage() throws IOException {
        String page = page("restless", 20_000, 1);
        for (JsonNode policy : data(page).get("policies")) {
            List<String> reasons = reasons(policy);
            assertThat(reasons).hasSize(policy.get("decided").asInt());
            assertThat(reasons).allSatisfy(reason -> assertThat(reason).isNotBlank());
        }
        JsonNode oracle = data(page).get("policies").get(2);
        assertThat(oracle.get("decided").asInt()).isGreaterThan(10_000);
        assertThat(oracle.get("packs").size()).isGreaterThan(10);
    }

    /** As the page's script unpacks them: zlib in Base64, a line for each, in order of time. */
    private static List<String> reasons(JsonNode policy) {
        List<String> reasons = new ArrayList<>();
        int before = -1;
        for (JsonNode pack : policy.get("packs")) {
            boolean first = true;
            for (String line : inflated(pack.get(1).asString()).lines().toList()) {
                String[] parts = line.split("\t", 4);
                int step = Integer.parseInt(parts[0]);
                assertThat(step).isGreaterThan(before);
                if (first) {
                    assertThat(step).isEqualTo(pack.get(0).asInt());
                }
                first = false;
                before = step;
                reasons.add(parts[3]);
            }
        }
        return reasons;
    }

    private static String inflated(String base64) {
        byte[] packed = Base64.getDecoder().decode(base64);
        try (var in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void manyPoliciesAreNotAllToldInWords() throws IOException {
        String few = data(page("few", 60)).get("words").asString();
        assertThat(few).contains("ebb would", "hpa would").doesNotContain("oracle", "the others");
        Path policy =
                Files.writeString(
                        folder.resolve("mine.yaml"),
                        "services: {s: {run: {command: x}, instances: 1..9}}");
        List<String> more = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            more.add(Files.copy(policy, folder.resolve("mine" + i + ".yaml")).toString());
        }
        Path html = folder.resolve("many.html");
        List<String> arguments = new ArrayList<>(List.of("backtest", "--trace"));
        arguments.add(folder.resolve("few.csv").toString());
        arguments.addAll(List.of("--html", html.toString(), "--against", "hpa", "--policy"));
        arguments.addAll(more);
        assertThat(Cli.run(arguments.toArray(String[]::new)).code()).isZero();
        assertThat(data(Files.readString(html)).get("words").asString())
                .contains("ebb would", "mine2 would", "the others are in the table")
                .doesNotContain("mine3", "hpa");
    }

    @Test
    void whatIsReadIsNeverMarkup() throws IOException {
        String page = page("<script>x<b", 60);
        assertThat(page).doesNotContain("<script>x");
        assertThat(data(page).get("name").asString()).isEqualTo("<script>x<b");
        assertThat(data(page).get("words").asString())
                .contains("ebb would have cost ", " times the least possible");
    }
}
