package dev.ebb.demo;

import dev.ebb.control.EndpointSink;
import dev.ebb.core.Reason;
import dev.ebb.demo.load.LoadCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The closing ledger, for people and as JSON. Immutable.
 *
 * @param counts what became of the requests
 * @param retried requests that the gateway sent to a second instance, for whatever reason
 * @param scaling what scaling did to requests
 * @param start instances at the beginning
 * @param least fewest that ran at once after all had started
 * @param used instance-seconds from spawn to exit, the end of the last ones included
 * @param fixed instance-seconds of a fixed fleet of {@code start} for the demo's length
 * @param missed what was meant to happen and did not
 * @param notes what else there is to say, and no fault
 */
public record DemoReport(
        LoadCounts counts,
        long retried,
        EndpointSink.Ledger scaling,
        int start,
        int least,
        int most,
        Duration used,
        Duration fixed,
        List<Action> actions,
        List<String> missed,
        List<String> notes) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public DemoReport {
        actions = List.copyOf(actions);
        missed = List.copyOf(missed);
        notes = List.copyOf(notes);
    }

    public double savedPercent() {
        return fixed.isZero() ? 0 : 100 * (1 - (double) used.toMillis() / fixed.toMillis());
    }

    /** 0 only if requests were sent, none failed, and all happened that was meant to. */
    public int exitCode() {
        return counts.sent() > 0 && counts.failed() == 0 && missed.isEmpty() ? 0 : 1;
    }

    /** One JSON object. */
    public String json() {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode requests = root.putObject("requests");
        requests.put("sent", counts.sent())
                .put("answered", counts.answered())
                .put("failed", counts.failed())
                .put("truncated", counts.truncated())
                .put("retried", retried)
                .put("retried_due_to_scaling", scaling.retried())
                .put("cut_at_deadline", scaling.cut())
                .put("lost_to_scaling", scaling.lost());
        ObjectNode causes = requests.putObject("failed_by_cause");
        new TreeMap<>(counts.failedByCause()).forEach(causes::put);
        root.putObject("latency_ms")
                .put("p50", rounded(counts.p50Millis()))
                .put("p99", rounded(counts.p99Millis()))
                .put("max", rounded(counts.maxMillis()));
        root.putObject("instances").put("start", start).put("min", least).put("max", most);
        root.putObject("instance_seconds")
                .put("used", rounded(used.toMillis() / 1e3))
                .put("static", rounded(fixed.toMillis() / 1e3))
                .put("saved_percent", rounded(savedPercent()));
        ArrayNode list = root.putArray("actions");
        actions.forEach(action -> add(list.addObject(), action));
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static void add(ObjectNode node, Action action) {
        node.put("at_s", rounded(action.at().toMillis() / 1e3))
                .put("kind", action.kind().word())
                .put("instance", action.instance().toString());
        ArrayNode reasons = node.putArray("reasons");
        for (Reason reason : action.reasons()) {
            reasons.addObject().put("code", reason.code()).put("text", reason.text());
        }
        put(node, "in_flight_at_park", action.inFlightAtPark());
        put(node, "in_flight_at_stop", action.inFlightAtStop());
    }

    private static void put(ObjectNode node, String name, OptionalInt value) {
        if (value.isPresent()) {
            node.put(name, value.getAsInt());
        } else {
            node.putNull(name);
        }
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1e3;
    }

    /**
     * Lines for people.
     *
     * @param width columns to keep within
     */
    public List<String> lines(int width) {
        var lines = new ArrayList<String>();
        lines.add(verdict());
        lines.add("");
        line(
                lines,
                "requests",
                grouped(counts.sent())
                        + " sent   "
                        + grouped(counts.answered())
                        + " answered   "
                        + grouped(counts.failed())
                        + " failed   "
                        + grouped(counts.truncated())
                        + " truncated");
        new TreeMap<>(counts.failedByCause())
                .forEach((cause, count) -> line(lines, "", grouped(count) + " failed: " + cause));
        line(
                lines,
                "latency",
                String.format(
                        Locale.ROOT,
                        "p50 %.0f ms   p99 %.0f ms   max %.0f ms, from when each request was due",
                        counts.p50Millis(),
                        counts.p99Millis(),
                        counts.maxMillis()));
        line(
                lines,
                "scaling",
                "%d lost   %d retried   %d cut at a deadline"
                        .formatted(scaling.lost(), scaling.retried(), scaling.cut()));
        long failover = Math.max(0, retried - scaling.retried());
        line(lines, "failover", grouped(failover) + " sent again to another instance");
        line(
                lines,
                "instances",
                String.format(
                        Locale.ROOT,
                        "%d at the start, %d to %d afterwards; %.1f of %.0f instance-seconds used",
                        start,
                        least,
                        most,
                        used.toMillis() / 1e3,
                        fixed.toMillis() / 1e3));
        lines.add("");
        actions.forEach(action -> lines.add(describe(action)));
        for (String what : missed) {
            lines.add("");
            lines.add("  Not as planned: " + what + ".");
        }
        for (String what : notes) {
            lines.add("");
            lines.add("  " + what + ".");
        }
        return lines.stream().map(line -> cut(line, width)).toList();
    }

    private static String cut(String line, int width) {
        return line.length() <= width ? line : line.substring(0, Math.max(0, width - 3)) + "...";
    }

    private String verdict() {
        String saved = String.format(Locale.ROOT, "%.1f %%", savedPercent());
        if (counts.sent() == 0) {
            return "No request was sent: the demo ended before its load began.";
        }
        if (counts.failed() > 0) {
            return String.format(
                    Locale.ROOT, "%,d of %,d requests FAILED.", counts.failed(), counts.sent());
        }
        String cut =
                counts.truncated() == 0
                        ? "None of %,d requests was lost"
                        : "None of %,d requests failed, and "
                                + counts.truncated()
                                + " were cut in mid-response when their instance was killed";
        return String.format(Locale.ROOT, cut, counts.sent())
                + "; "
                + saved
                + " of a fixed fleet's instance time was saved.";
    }

    private static String describe(Action action) {
        String inFlight = "";
        if (action.inFlightAtStop().isPresent()) {
            inFlight = action.inFlightAtStop().getAsInt() + " in flight";
        } else if (action.kind() == Action.Kind.PARK && action.inFlightAtPark().isPresent()) {
            inFlight = action.inFlightAtPark().getAsInt() + " in flight";
        }
        String why = action.reasons().isEmpty() ? "" : action.reasons().getFirst().text();
        return String.format(
                        Locale.ROOT,
                        "  %5.1f s  %-8s %-10s %-12s %s",
                        action.at().toMillis() / 1e3,
                        action.kind().word(),
                        action.instance(),
                        inFlight,
                        why)
                .stripTrailing();
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static void line(List<String> lines, String name, String text) {
        lines.add("  %-10s %s".formatted(name, text));
    }
}
