package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page of a backtest needs nothing else, and stays small. */
class BacktestHtmlTest {
    private static final Pattern DATA = Pattern.compile("const DATA = (.*);\\R");

    @TempDir private Path folder;

    private String page(String name, int minutes) throws IOException {
        var lines = new StringBuilder();
        for (int minute = 0; minute < minutes; minute++) {
            double load = 100 + 80 * Math.sin(minute / 60.0) + (minute == 5000 ? 900 : 0);
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
        assertThat(hpa.get("decisions").get(1).get(3).asString()).contains("utilization");
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
