package dev.ebb.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.EndpointSink;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.demo.load.LoadCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoReportTest {
    private static final InstanceId ONE = new InstanceId(new ServiceName("hello"), 1);

    @Test
    void hasTheShapeThatOthersRelyOn() {
        JsonNode json = JsonMapper.shared().readTree(report(0, 0, List.of()).json());

        assertThat(names(json))
                .containsExactly(
                        "requests", "latency_ms", "instances", "instance_seconds", "actions");
        assertThat(names(json.get("requests")))
                .containsExactly(
                        "sent",
                        "answered",
                        "failed",
                        "truncated",
                        "retried",
                        "retried_due_to_scaling",
                        "cut_at_deadline",
                        "lost_to_scaling",
                        "failed_by_cause");
        assertThat(json.get("latency_ms").toString())
                .isEqualTo("{\"p50\":18.25,\"p99\":31.0,\"max\":95.0}");
        assertThat(json.get("instances").toString()).isEqualTo("{\"start\":5,\"min\":2,\"max\":5}");
        assertThat(json.get("instance_seconds").toString())
                .isEqualTo("{\"used\":210.0,\"static\":300.0,\"saved_percent\":30.0}");
        assertThat(json.get("actions").get(0).toString())
                .isEqualTo(
                        "{\"at_s\":12.346,\"kind\":\"park\",\"instance\":\"hello-1\","
                                + "\"reasons\":[{\"code\":\"utilization_low\",\"text\":\"it is"
                                + " low\"}],\"in_flight_at_park\":3,\"in_flight_at_stop\":null}");
        assertThat(json.get("actions").get(1).get("kind").asString()).isEqualTo("stop");
        assertThat(json.get("actions").get(1).get("in_flight_at_stop").asInt()).isZero();
    }

    @Test
    void isWellOnlyIfNothingFailed() {
        assertThat(report(0, 0, List.of()).exitCode()).isZero();
        assertThat(report(0, 2, List.of()).exitCode()).isZero();
        assertThat(report(0, 0, List.of("no rescue")).exitCode()).isEqualTo(1);
        assertThat(report(1, 0, List.of()).exitCode()).isEqualTo(1);
    }

    @Test
    void tellsPeopleWhatItCameTo() {
        var lines = String.join("\n", report(0, 0, List.of("no rescue")).lines(200));
        assertThat(lines)
                .contains("None of 1,000 requests was lost; 30.0 % of a fixed fleet's")
                .contains("1,000 sent   1,000 answered   0 failed   0 truncated")
                .contains("0 lost   0 retried   0 cut")
                .contains("12.3 s  park     hello-1    3 in flight  it is low")
                .contains("Not as planned: no rescue.", "It took 70 s instead of 60 s.");
        assertThat(String.join("\n", report(7, 0, List.of()).lines(200)))
                .contains("7 of 1,000 requests FAILED", "7 failed: timeout");
        assertThat(String.join("\n", report(0, 3, List.of()).lines(200)))
                .contains("None of 1,000 requests failed, and 3 were cut in mid-response");
    }

    private static DemoReport report(long failed, long truncated, List<String> missed) {
        var low = Reason.of("utilization_low", "it is low");
        return new DemoReport(
                new LoadCounts(
                        1000,
                        1000 - failed - truncated,
                        failed,
                        truncated,
                        failed == 0 ? Map.of() : Map.of("timeout", failed),
                        18.25,
                        31,
                        95),
                4,
                EndpointSink.Ledger.CLEAN,
                5,
                2,
                5,
                Duration.ofSeconds(210),
                Duration.ofSeconds(300),
                List.of(
                        new Action(
                                Duration.ofMillis(12_346),
                                Action.Kind.PARK,
                                ONE,
                                List.of(low),
                                OptionalInt.of(3),
                                OptionalInt.empty()),
                        new Action(
                                Duration.ofSeconds(16),
                                Action.Kind.STOP,
                                ONE,
                                List.of(),
                                OptionalInt.of(3),
                                OptionalInt.of(0))),
                missed,
                List.of("It took 70 s instead of 60 s"));
    }

    private static List<String> names(JsonNode node) {
        return new ArrayList<>(node.propertyNames());
    }
}
