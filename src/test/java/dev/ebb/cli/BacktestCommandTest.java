package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ebb backtest}, as it is typed. */
class BacktestCommandTest {
    @TempDir private Path folder;
    private Path shop;

    @BeforeEach
    void aTrace() throws IOException {
        var lines = new StringBuilder("# a day with a peak\nt_seconds,value\n");
        for (int minute = 0; minute < 600; minute++) {
            double load = 100 + 80 * Math.sin(minute / 60.0) + minute % 7;
            lines.append(minute * 60).append(',').append(load).append('\n');
        }
        shop = Files.writeString(folder.resolve("shop.csv"), lines);
    }

    private Cli backtest(String... more) {
        var words = new ArrayList<>(List.of("backtest", "--trace", shop.toString()));
        words.addAll(List.of(more));
        return Cli.run(words.toArray(String[]::new));
    }

    private static JsonNode policy(JsonNode trace, String name) {
        for (JsonNode policy : trace.get("policies")) {
            if (policy.get("policy").asString().equals(name)) {
                return policy;
            }
        }
        throw new AssertionError("no " + name + " in " + trace);
    }

    @Test
    void aTableForPeopleAndJsonForPrograms() throws IOException {
        Path json = folder.resolve("out.json");
        Cli cli = backtest("--against", "hpa, oracle", "--json", json.toString(), "--price", "0.5");
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains("shop", "10h00m in steps of 1m00s", "x optimum", "money");
        JsonNode root = JsonMapper.shared().readTree(json.toFile());
        assertThat(root.get("traces")).hasSize(1);
        JsonNode trace = root.get("traces").get(0);
        assertThat(trace.get("trace").asString()).isEqualTo("shop");
        assertThat(trace.has("frontier")).isFalse();
        JsonNode oracle = policy(trace, "oracle");
        assertThat(oracle.get("ratio_to_optimum").asDouble()).isCloseTo(1, within(1e-12));
        assertThat(oracle.get("missed_percent").asDouble()).isZero();
        JsonNode hpa = policy(trace, "hpa");
        double hours = hpa.get("instance_hours").asDouble();
        assertThat(hpa.get("ratio_to_optimum").asDouble())
                .isCloseTo(hours / oracle.get("instance_hours").asDouble(), within(1e-12));
        assertThat(hpa.get("money").asDouble()).isCloseTo(hours / 2, within(1e-9));
        assertThat(hpa.get("starts").asLong()).isPositive();
        assertThat(hpa.get("direction_changes").asLong()).isPositive();
    }

    @Test
    void aSweepShowsTheFrontier() throws IOException {
        Path json = folder.resolve("out.json");
        Cli cli = backtest("--against", "hpa,kpa,static", "--sweep", "--json", json.toString());
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains("frontier");
        JsonNode trace = JsonMapper.shared().readTree(json.toFile()).get("traces").get(0);
        int ebbs = 0;
        List<Double> knobs = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (JsonNode point : trace.get("frontier")) {
            ebbs += point.get("policy").asString().equals("ebb") ? 1 : 0;
            if (point.get("policy").asString().equals("hpa")) {
                knobs.add(point.get("knob").asDouble());
                ratios.add(point.get("ratio_to_optimum").asDouble());
                assertThat(point.get("missed_percent").isNumber()).isTrue();
                assertThat(point.get("overload_percent").isNumber()).isTrue();
            }
        }
        assertThat(ebbs).isGreaterThanOrEqualTo(8);
        assertThat(knobs).containsExactly(40.0, 50.0, 60.0, 70.0, 80.0, 90.0);
        assertThat(ratios).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(ratios.get(3))
                .as("the default is a point of its frontier")
                .isEqualTo(policy(trace, "hpa").get("ratio_to_optimum").asDouble());
    }

    @Test
    void whatEbbSeesMakesADifference() throws IOException {
        Path json = folder.resolve("out.json");
        List<Double> hours = new ArrayList<>();
        for (String sight : List.of("load", "utilization")) {
            Cli cli = backtest("--against", "oracle", "--sight", sight, "--json", json.toString());
            assertThat(cli.code()).as(cli.err()).isZero();
            JsonNode trace = JsonMapper.shared().readTree(json.toFile()).get("traces").get(0);
            hours.add(policy(trace, "ebb").get("instance_hours").asDouble());
        }
        assertThat(hours.get(0)).isNotEqualTo(hours.get(1));
    }

    @Test
    void withQueuesThereAreLatencies() throws IOException {
        Path json = folder.resolve("out.json");
        Cli cli =
                backtest(
                        "--against",
                        "oracle",
                        "--model",
                        "queues",
                        "--service-time",
                        "1s",
                        "--objective",
                        "4s",
                        "--json",
                        json.toString());
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains("p50", "p99");
        JsonNode trace = JsonMapper.shared().readTree(json.toFile()).get("traces").get(0);
        // The cheapest fleet is at 90 % all the time: its requests wait.
        JsonNode tight = policy(trace, "oracle");
        JsonNode ebb = policy(trace, "ebb");
        assertThat(ebb.get("latency_mean_seconds").asDouble())
                .isBetween(0.9, tight.get("latency_mean_seconds").asDouble());
        assertThat(ebb.get("latency_p50_seconds").asDouble())
                .isLessThan(ebb.get("latency_p99_seconds").asDouble());
        assertThat(ebb.get("missed_percent").asDouble())
                .isLessThan(tight.get("missed_percent").asDouble());
    }

    @Test
    void theGateHasACodeOfItsOwn() {
        Cli holds = backtest("--against", "oracle", "--fail-if", "cost > 5 * oracle");
        assertThat(holds.code()).as(holds.err()).isZero();
        Cli fails = backtest("--against", "hpa", "--fail-if", "cost > oracle and starts > 0");
        assertThat(fails.code()).isEqualTo(4);
        assertThat(fails.err()).contains("ebb: --fail-if: shop: ebb: cost ", "(oracle)");
    }

    @Test
    void theModelCanBeChanged() throws IOException {
        Path json = folder.resolve("out.json");
        Cli cli =
                backtest(
                        "--against",
                        "static",
                        "--capacity",
                        "50",
                        "--start",
                        "2m",
                        "--drain",
                        "0s",
                        "--json",
                        json.toString());
        assertThat(cli.code()).as(cli.err()).isZero();
        JsonNode trace = JsonMapper.shared().readTree(json.toFile()).get("traces").get(0);
        assertThat(trace.get("model").get("start_seconds").asDouble()).isEqualTo(120);
        // A peak of 186 at 90 % of 50 needs five, for ten hours.
        assertThat(policy(trace, "static").get("instance_hours").asDouble()).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--against hba|ebb: --against: nobody is named 'hba'; there are ",
                "--model refrence|ebb: --model: 'refrence' is not known; there are: reference",
                "--model reference --start 30s|ebb: --model reference is exactly that",
                "--objective 1s|ebb: --service-time, --concurrency and --objective want --model",
                "--model queues --concurrency 0|ebb: the model: an instance works on 1 to 10000",
                "--start 30|ebb: --start wants a time such as 500ms, 30s or 2m, not '30'",
                "--min 5 --max 4|ebb: the model: 0 <= min <= max <= 100000",
                "--capacity 0|ebb: the model: capacity must be positive",
                "--sight far|ebb: --sight wants load or utilization, not 'far'",
                "--price -1|ebb: --price: wants a number that is not negative",
                "--price x|ebb: Invalid value for option '--price'",
                "--json /no/such/folder/x|ebb: --json: /no/such/folder/x cannot be written",
                "--trace /no/such.csv|ebb: /no/such.csv: there is no such file",
                "--policy /no/such.yaml|ebb: /no/such.yaml: there is no such file",
                "--fail-if missed>1|ebb: --fail-if: a limit for missed wants a '%' at column 9"
            })
    void whatIsWrongIsSaidOnceAndGivesCode2(String options, String said) {
        Cli cli = backtest(options.split(" "));
        assertThat(cli.code()).isEqualTo(Exit.USAGE);
        assertThat(cli.err()).startsWith(said);
        assertThat(cli.out()).isEmpty();
    }

    @Test
    void aBrokenTraceIsNamedWithItsLine() throws IOException {
        Files.writeString(shop, "0,1\n60,2\n120,many\n");
        Cli cli = backtest();
        assertThat(cli.code()).isEqualTo(Exit.USAGE);
        assertThat(cli.err()).isEqualTo("ebb: " + shop + ":3: 'many' is not a number\n");
    }

    @Test
    void twoTracesOfOneNameAreRefused() throws IOException {
        Path other = Files.createDirectory(folder.resolve("b")).resolve("shop.csv");
        Files.copy(shop, other);
        Cli cli = backtest(other.toString());
        assertThat(cli.code()).isEqualTo(Exit.USAGE);
        assertThat(cli.err()).contains("another trace is named shop");
    }
}
