package dev.ebb.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The metrics are what Prometheus reads, and say what the state says. */
class MetricsTest {
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "([a-z_]+)(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? (\\+Inf|[-0-9.E]+)");

    private final List<String> lines = Metrics.text(Samples.view()).lines().toList();

    @Test
    void everySampleBelongsToAFamilyWithHelpAndType() {
        Map<String, String> types = new HashMap<>();
        Set<String> helped = new HashSet<>();
        Set<String> seen = new HashSet<>();
        String family = "";
        for (String line : lines) {
            List<String> words = List.of(line.split(" ", 4));
            if (line.startsWith("# HELP ")) {
                assertThat(helped.add(words.get(2))).as(line).isTrue();
                assertThat(words.get(3)).as(line).endsWith(".");
            } else if (line.startsWith("# TYPE ")) {
                family = words.get(2);
                assertThat(helped).contains(family);
                assertThat(types.put(family, words.get(3))).as(line).isNull();
                assertThat(family.endsWith("_total"))
                        .as(line)
                        .isEqualTo(words.get(3).equals("counter"));
            } else {
                Matcher m = SAMPLE.matcher(line);
                assertThat(m.matches()).as(line).isTrue();
                String name = m.group(1).replaceFirst("_(bucket|sum|count)$", "");
                assertThat(name).as(line).isEqualTo(family);
                assertThat(seen.add(m.group(1) + m.group(2))).as("twice: " + line).isTrue();
            }
        }
        assertThat(types).hasSizeGreaterThan(30);
    }

    @Test
    void saysWhatTheStateSays() {
        assertThat(lines)
                .contains(
                        "ebb_info{version=\"0.1.0\"} 1",
                        "ebb_alarm 1",
                        "ebb_instances{service=\"hello\",lifecycle=\"SERVING\"} 2",
                        "ebb_instances{service=\"hello\",lifecycle=\"PARKED\"} 0",
                        "ebb_instances_wanted{service=\"hello\"} 2",
                        "ebb_scaling_retried_total{service=\"hello\"} 3",
                        "ebb_scaling_lost_total{service=\"hello\"} 0",
                        "ebb_holds{service=\"hello\",code=\"trial_running\"} 1",
                        "ebb_need{service=\"hello\",source=\"cpu\",for=\"in\"} 2",
                        "ebb_instance_utilization_ratio{service=\"hello\",instance=\"hello-1\","
                                + "resource=\"cpu\"} 0.31",
                        "ebb_instance_data_age_seconds{service=\"hello\",instance=\"hello-3\"}"
                                + " +Inf",
                        "ebb_requests_failed_total{service=\"hello\",cause=\"no_instance\"} 2",
                        "ebb_requests_total{service=\"hello\"} 1234",
                        "ebb_retries_total{service=\"hello\",reason=\"connect-failure\"} 1",
                        "ebb_hedges_total{service=\"hello\"} 7",
                        "ebb_hedges_won_total{service=\"hello\"} 6",
                        "ebb_requests_queued_total{service=\"hello\"} 9",
                        "ebb_requests_waiting{service=\"hello\"} 2",
                        "ebb_requests_unkeyed_total{service=\"hello\"} 5");
    }

    @Test
    void ofTooManyInstancesOnlyThoseHaveSeriesThatAreNotSimplyWell() {
        assertThat(Metrics.text(Samples.view(), 3).lines()).containsExactlyElementsOf(lines);
        List<String> few = Metrics.text(Samples.view(), 2).lines().toList();

        assertThat(instances(lines)).containsExactly("hello-1", "hello-2", "hello-3");
        assertThat(instances(few)).containsExactly("hello-2", "hello-3");
        assertThat(instances(Metrics.text(Samples.view(), 1).lines().toList()))
                .containsExactly("hello-2");
        assertThat(lines).contains("ebb_instances_without_series 0");
        assertThat(few).contains("ebb_instances_without_series 1");
        // What is said of the service does not depend on it.
        assertThat(few)
                .contains(
                        "ebb_service_utilization_ratio{service=\"hello\",resource=\"cpu\"} 0.31",
                        "ebb_service_utilization_ratio{service=\"hello\",resource=\"memory\"} 0.5",
                        "ebb_instances{service=\"hello\",lifecycle=\"SERVING\"} 2");
    }

    private static Set<String> instances(List<String> lines) {
        Set<String> names = new TreeSet<>();
        Matcher name = Pattern.compile("instance=\"([^\"]*)\"").matcher(String.join(" ", lines));
        while (name.find()) {
            names.add(name.group(1));
        }
        return names;
    }

    @Test
    void theHistogramGrowsUpToItsCount() {
        List<Double> buckets =
                lines.stream()
                        .filter(l -> l.startsWith("ebb_request_duration_seconds_bucket"))
                        .map(l -> Double.valueOf(l.substring(l.lastIndexOf(' ') + 1)))
                        .toList();
        assertThat(buckets).isSorted().endsWith(13.0).startsWith(1.0);
        assertThat(lines).contains("ebb_request_duration_seconds_count{service=\"hello\"} 13");
        assertThat(lines.stream().filter(l -> l.contains("le=\"+Inf\""))).hasSize(1);
    }

    @Test
    void labelsAreEscaped() {
        var text = new MetricsText();
        text.gauge("ebb_x", "X.").sample(1.5, "a", "q\"b\\n\nz");
        assertThat(text.toString()).endsWith("ebb_x{a=\"q\\\"b\\\\n\\nz\"} 1.5\n");
    }
}
