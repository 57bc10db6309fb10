package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What Ebb's own policies say in a backtest: simulated, or refused with one line. */
class OwnPoliciesTest {
    @TempDir private Path folder;

    private String trace(String name, double low, double high) throws IOException {
        var lines = new StringBuilder();
        for (int minute = 0; minute < 240; minute++) {
            double load = minute / 60 % 2 == 0 ? high : low;
            lines.append(minute * 60).append(',').append(load).append('\n');
        }
        return Files.writeString(folder.resolve(name + ".csv"), lines).toString();
    }

    private Cli backtest(String policy, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("backtest", "--against", "hpa", "--policy"));
        args.add(Files.writeString(folder.resolve("mine.yaml"), policy).toString());
        args.addAll(List.of("--capacity", "10", "--json", folder.resolve("out.json").toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static String service(String policy) {
        return """
        services:
          shop:
            run: {command: serve}
            instances: 1..80
            policy: {%s}
        """
                .formatted(policy);
    }

    private JsonNode figures(int trace, String name) {
        JsonNode root = JsonMapper.shared().readTree(folder.resolve("out.json").toFile());
        for (JsonNode policy : root.get("traces").get(trace).get("policies")) {
            if (policy.get("policy").asString().equals(name)) {
                return policy;
            }
        }
        throw new AssertionError(name);
    }

    private double hours(int trace, String name) {
        return figures(trace, name).get("instance_hours").asDouble();
    }

    @Test
    void theBudgetOfTheHourKeepsInstances() throws IOException {
        String trace = trace("t", 50, 300);
        assertThat(backtest(service(""), "--trace", trace).code()).isZero();
        double free = hours(0, "mine");
        assertThat(backtest(service("in: {per-hour: 2}"), "--trace", trace).code()).isZero();
        assertThat(hours(0, "mine")).isGreaterThan(1.3 * free);
    }

    @Test
    void aRateAsksForItsInstances() throws IOException {
        String trace = trace("t", 100, 100);
        Cli cli = backtest(service("target: {rate: 2/s}"), "--trace", trace);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(hours(0, "mine")).isBetween(4 * 45.0, 4 * 51.0);
        assertThat(cli.err()).contains("shop: the trace is taken for requests a second");
        Cli less = backtest(service("target: {rate: 1000/s}"), "--trace", trace);
        assertThat(less.code()).isZero();
        assertThat(hours(0, "mine")).as("the largest need counts").isBetween(4 * 15.0, 4 * 18.0);
        Cli learned = backtest(service("target: {rate: learned}"), "--trace", trace);
        assertThat(learned.err()).contains("asks for what 'target.cpu' does");
    }

    @Test
    void oneQueryIsTheTraceAndTwoAreRefused() throws IOException {
        String trace = trace("t", 100, 100);
        String one = "{name: jobs, query: a, url: 'http://h', each: 4}";
        Cli cli = backtest(service("target: {queries: " + one + "}"), "--trace", trace);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(hours(0, "mine")).isBetween(4 * 22.0, 4 * 26.0);
        assertThat(cli.err()).contains("for the answers to 'jobs'");

        String two = "[" + one + ", " + one.replace("jobs", "more") + "]";
        refused(
                backtest(service("target: {queries: " + two + "}"), "--trace", trace),
                "2 queries size it, and a trace is the answer to one; leave one of them");
        refused(
                backtest(service("target: {rate: 2/s, queries: " + one + "}"), "--trace", trace),
                "'target.rate' and a query size it, and a trace is one of the two; leave one");
    }

    @Test
    void aQueueNeedsRequests() throws IOException {
        String trace = trace("t", 100, 100);
        refused(
                backtest(service("target: {queue: 2}"), "--trace", trace),
                "'target.queue' is of requests that wait, and here load is a fluid; give --model"
                        + " queues");
        String limited =
                service("target: {cpu: 99%}")
                        + "    balance: {limit: {kind: fixed, requests: 4}}\n";
        Cli fluid = backtest(limited, "--trace", trace);
        assertThat(fluid.err()).contains("simulated by --model queues only");
        String[] queues = {"--model", "queues", "--trace", trace};
        assertThat(backtest(service("target: {cpu: 99%}"), queues).code()).isZero();
        double blind = figures(0, "mine").get("missed_percent").asDouble();
        Cli seeing = backtest(limited, queues);
        assertThat(seeing.code()).as(seeing.err()).isZero();
        assertThat(figures(0, "mine").get("missed_percent").asDouble()).isLessThan(blind);
    }

    @Test
    void callersNeedTheirTrace() throws IOException {
        String two =
                """
                services:
                  shop:
                    run: {command: serve}
                    instances: 1..80
                  orders:
                    run: {command: serve}
                    instances: 1..80
                    route: {path: /orders}
                    policy: {not-below: {service: shop, ratio: 0.5}}
                """;
        String orders = trace("orders", 10, 10);
        refused(
                backtest(two, "--trace", orders),
                "'not-below: shop' needs that service's load too: give --trace shop.csv beside it"
                        + " (a trace is named by its file)");
        Cli cli = backtest(two, "--trace", trace("shop", 50, 300), orders);
        assertThat(cli.code()).as(cli.err()).isZero();
        double shop = hours(0, "mine:shop");
        assertThat(hours(1, "mine:shop")).as("by itself").isLessThan(0.2 * shop);
        assertThat(hours(1, "mine:orders")).isBetween(0.4 * shop, 0.6 * shop);
    }

    @Test
    void aKnativeServiceMayHaveNone() throws IOException {
        String trace = trace("t", 0, 100);
        String knative = "autoscaling.knative.dev/target-utilization-percentage: \"70\"\n";
        Cli one = backtest(knative, "--trace", trace);
        assertThat(one.err()).contains("for scaling to 0 give --min 0");
        double least = hours(0, "mine");
        Cli none = backtest(knative, "--trace", trace, "--min", "0");
        assertThat(none.code()).as(none.err()).isZero();
        assertThat(none.err()).doesNotContain("scaling to 0");
        assertThat(hours(0, "mine")).isBetween(least - 2, least - 1.5);
        String retained =
                knative + "autoscaling.knative.dev/scale-to-zero-pod-retention-period: \"30m\"\n";
        assertThat(backtest(retained, "--trace", trace, "--min", "0").code()).isZero();
        assertThat(hours(0, "mine")).isBetween(least - 1.2, least - 0.7);
    }

    private static void refused(Cli cli, String why) {
        assertThat(cli.code()).isEqualTo(Exit.USAGE);
        assertThat(cli.err().strip()).endsWith(why);
        assertThat(cli.err().strip().lines()).hasSize(1);
    }
}
