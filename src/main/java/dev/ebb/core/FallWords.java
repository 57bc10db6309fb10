package dev.ebb.core;

import dev.ebb.core.FallMemory.Doubt;
import java.util.Locale;
import java.util.Map;

/** A verdict on a fall in load as a sentence with its numbers. Pure. */
final class FallWords {
    private final Policy policy;
    private final Now now;
    private final LoadPoint present;

    FallWords(Policy policy, Now now, LoadPoint present) {
        this.policy = policy;
        this.now = now;
        this.present = present;
    }

    Reason of(Doubt doubt) {
        LoadPoint before = doubt.before();
        String ago = Text.number(Math.floor(now.nanosSince(doubt.fromNanos()) / 1e9));
        String text =
                switch (doubt.kind()) {
                    case REAL -> "real: %s, and it has stayed so for %s s";
                    case OUTAGE -> "perhaps an outage before the service: %s, all at once %s s ago";
                    case METRIC_HOLE -> "perhaps not counted: %s, which do not agree, for %s s";
                    case ERRORS -> "made of failures: %s, since %s s ago";
                    case RETRIES ->
                            "perhaps back with retries: %s, after requests that failed or hang,"
                                    + " since %s s ago";
                };
        return new Reason(
                "fall_" + doubt.kind().name().toLowerCase(Locale.ROOT),
                text.formatted(change(before), ago),
                numbers(before, now.nanosSince(doubt.fromNanos()) / 1e9));
    }

    /** Of a fall by degrees from the highest load of the recent past. */
    Reason gradual(LoadPoint highest) {
        double since = now.nanosSince(highest.atNanos()) / 1e9;
        return new Reason(
                "fall_real",
                "real: %s, by degrees over %s s"
                        .formatted(change(highest), Text.number(Math.floor(since))),
                numbers(highest, since));
    }

    Reason blind(double coverage) {
        return new Reason(
                "fall_metric_hole",
                "unknown: %s of the instances report, %s must"
                        .formatted(Text.percent(coverage), Text.percent(policy.in().coverage())),
                Map.of("coverage", coverage));
    }

    private String change(LoadPoint before) {
        String text =
                "%s/s requests after %s/s, %s cores after %s"
                        .formatted(
                                Text.number(present.requestsPerSecond()),
                                Text.number(before.requestsPerSecond()),
                                Text.number(present.cpuCores()),
                                Text.number(before.cpuCores()));
        return present.failuresPerSecond() > 0
                ? text + ", " + Text.percent(present.failureShare()) + " failed"
                : text;
    }

    private Map<String, Double> numbers(LoadPoint before, double since) {
        return Map.of(
                "since_s", since,
                "requests_per_s", present.requestsPerSecond(),
                "requests_per_s_before", before.requestsPerSecond(),
                "cpu_cores", present.cpuCores(),
                "cpu_cores_before", before.cpuCores(),
                "failure_share", present.failureShare(),
                "in_flight", present.inFlight());
    }
}
