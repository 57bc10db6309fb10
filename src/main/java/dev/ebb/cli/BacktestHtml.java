package dev.ebb.cli;

import dev.ebb.console.Wire;
import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Backtest.Result;
import dev.ebb.sim.lab.DecisionPack;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Recording;
import dev.ebb.sim.lab.Replay;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A backtest as one page that needs nothing else: the figures go into it as JSON, and its own
 * script draws them. Long traces are cut into buckets of which the least and the most are kept, so
 * that no peak is lost and the page stays small.
 */
final class BacktestHtml {
    /** Buckets of a trace at most: more than a window has pixels. */
    static final int BUCKETS = 4000;

    /** Policies that are compared in words; the table has all of them. */
    private static final int IN_WORDS = 4;

    private static final List<String> YARDSTICKS = List.of("oracle", "foresight", "static", "lcp");

    private static final String MARK = "{}/*data*/";

    private BacktestHtml() {}

    /** The page. */
    static String page(List<Comparison> comparisons, Optional<Double> price) throws IOException {
        List<Object> traces = new ArrayList<>();
        for (Comparison one : comparisons) {
            traces.add(trace(one, price));
        }
        // Within a script, nothing may look like its end.
        String data = Wire.write(Map.of("traces", traces)).replace("<", "\\u003c");
        return template().replace(MARK, data);
    }

    private static String template() throws IOException {
        try (InputStream in = BacktestHtml.class.getResourceAsStream("backtest.html")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Object> trace(Comparison one, Optional<Double> price) {
        FleetModel model = one.model();
        var replay = new Replay(one.trace(), model);
        int per = Math.max(1, (replay.steps() + BUCKETS - 1) / BUCKETS);
        var map = new LinkedHashMap<String, Object>();
        map.put("name", one.trace().name());
        map.put("words", words(one));
        map.put("about", about(one));
        map.put("timed", one.optimum().latencies().isPresent());
        map.put("bucket", per * model.step());
        map.put("step", model.step());
        map.put("seconds", replay.steps() * model.step());
        map.put("need", demand(replay, model, per));
        map.put(
                "policies",
                one.results().stream()
                        .map(result -> policy(result, replay, model, per, price))
                        .toList());
        return map;
    }

    /** What the result means, for somebody who has not seen such a page before. */
    static String words(Comparison one) {
        List<Result> told =
                one.results().stream().filter(r -> !YARDSTICKS.contains(r.policy())).toList();
        List<String> parts = new ArrayList<>();
        for (Result result : told.subList(0, Math.min(IN_WORDS, told.size()))) {
            parts.add(
                    String.format(
                            Locale.ROOT,
                            "%s would have cost %.2f times the least possible and missed %s of the"
                                    + " requests",
                            result.policy(),
                            result.ratio(),
                            percent(result.score().missedPercent())));
        }
        String rest = told.size() > IN_WORDS ? "; the others are in the table" : "";
        return String.join("; ", parts) + rest + ".";
    }

    private static String percent(double percent) {
        return percent == 0
                ? "none"
                : percent < 0.01 ? "under 0.01 %" : String.format(Locale.ROOT, "%.2f %%", percent);
    }

    private static String about(Comparison one) {
        FleetModel model = one.model();
        return String.format(
                Locale.ROOT,
                "An instance carries a load of %.4g, takes %.0f s to start and %.0f s to drain. %s"
                        + " %d to %d instances; the least possible is %,.0f instance-hours.",
                model.capacity(),
                model.start(),
                model.drain(),
                one.optimum().latencies().isPresent()
                        ? "A request misses when it takes longer than the objective."
                        : "A request misses while instances are busier than %.0f %%."
                                .formatted(100 * model.missAbove()),
                model.min(),
                model.max(),
                one.optimum().instanceHours());
    }

    /** Instances' worth of load, at the limit above which requests miss: least and most. */
    private static List<double[]> demand(Replay replay, FleetModel model, int per) {
        int size = (replay.steps() + per - 1) / per;
        var low = new double[size];
        var high = new double[size];
        for (int i = 0; i < size; i++) {
            low[i] = Double.MAX_VALUE;
            for (int k = i * per; k < Math.min(replay.steps(), (i + 1) * per); k++) {
                double load = replay.load(k) / (model.missAbove() * model.capacity());
                low[i] = Math.min(low[i], short3(load));
                high[i] = Math.max(high[i], short3(load));
            }
        }
        return List.of(low, high);
    }

    private static double short3(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static Map<String, Object> policy(
            Result result, Replay replay, FleetModel model, int per, Optional<Double> price) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", result.policy());
        map.put("ratio", result.ratio());
        map.put("hours", result.score().instanceHours());
        map.put("missed", result.score().missedPercent());
        map.put("overload", result.score().overloadPercent());
        map.put("starts", result.score().starts());
        map.put("turns", result.score().directionChanges());
        map.put("lacking", result.score().accuracyUnder());
        map.put("lacking_time", result.score().timeshareUnder());
        map.put("spare", result.score().accuracyOver());
        map.put("spare_time", result.score().timeshareOver());
        price.ifPresent(p -> map.put("money", p * result.score().instanceHours()));
        result.recording().ifPresent(r -> recording(map, r, replay, model, per));
        return map;
    }

    private static void recording(
            Map<String, Object> map,
            Recording recording,
            Replay replay,
            FleetModel model,
            int per) {
        int size = (replay.steps() + per - 1) / per;
        var low = new int[size];
        var high = new int[size];
        Arrays.fill(low, Integer.MAX_VALUE);
        List<Integer> missed = new ArrayList<>();
        int change = 0;
        for (int i = 0; i < replay.steps(); i++) {
            while (change + 1 < recording.changes() && recording.step(change + 1) <= i) {
                change++;
            }
            int ready = recording.ready(change);
            int at = i / per;
            low[at] = Math.min(low[at], ready);
            high[at] = Math.max(high[at], ready);
            boolean over = replay.load(i) > model.missAbove() * model.capacity() * ready + 1e-9;
            if (over && (missed.isEmpty() || missed.getLast() != at)) {
                missed.add(at);
            }
        }
        map.put("low", low);
        map.put("high", high);
        map.put("missed_at", missed);
        decisions(map, recording);
    }

    /** All that are kept, packed as they are: the page unpacks what somebody points at. */
    private static void decisions(Map<String, Object> map, Recording recording) {
        Base64.Encoder text = Base64.getEncoder();
        List<Object> packs = new ArrayList<>();
        long kept = 0;
        for (DecisionPack pack : recording.packs()) {
            packs.add(List.of(pack.from(), text.encodeToString(pack.packed())));
            kept += pack.count();
        }
        map.put("packs", packs);
        map.put("kept", kept);
        map.put("decided", kept + recording.dropped());
    }
}
