package dev.ebb.cli;

import dev.ebb.console.Wire;
import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.Backtest.Point;
import dev.ebb.sim.lab.Backtest.Result;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A backtest for programs. */
final class BacktestJson {
    private BacktestJson() {}

    /** All figures of all traces. */
    static String text(List<Comparison> comparisons, Optional<Double> price) {
        var traces = new ArrayList<Map<String, Object>>();
        for (Comparison one : comparisons) {
            var trace = new LinkedHashMap<String, Object>();
            trace.put("trace", one.trace().name());
            trace.put("seconds", one.trace().seconds());
            trace.put("gaps", one.trace().gaps());
            trace.put("model", model(one.model()));
            trace.put("optimum_instance_hours", one.optimum().instanceHours());
            trace.put("policies", one.results().stream().map(r -> policy(r, price)).toList());
            if (!one.frontier().isEmpty()) {
                trace.put("frontier", one.frontier().stream().map(BacktestJson::point).toList());
            }
            traces.add(trace);
        }
        return Wire.pretty(Map.of("traces", traces));
    }

    private static Map<String, Object> model(FleetModel model) {
        var map = new LinkedHashMap<String, Object>();
        map.put("step_seconds", model.step());
        map.put("start_seconds", model.start());
        map.put("drain_seconds", model.drain());
        map.put("capacity", model.capacity());
        map.put("min", model.min());
        map.put("max", model.max());
        map.put("miss_above", model.missAbove());
        return map;
    }

    private static Map<String, Object> policy(Result result, Optional<Double> price) {
        Score score = result.score();
        var map = new LinkedHashMap<String, Object>();
        map.put("policy", result.policy());
        map.put("instance_hours", score.instanceHours());
        map.put("ratio_to_optimum", result.ratio());
        map.put("missed_percent", score.missedPercent());
        map.put("overload_percent", score.overloadPercent());
        map.put("starts", score.starts());
        map.put("direction_changes", score.directionChanges());
        map.put("accuracy_under_percent", score.accuracyUnder());
        map.put("accuracy_over_percent", score.accuracyOver());
        map.put("timeshare_under_percent", score.timeshareUnder());
        map.put("timeshare_over_percent", score.timeshareOver());
        score.latencies()
                .ifPresent(l -> {
                    map.put("latency_mean_seconds", l.mean());
                    map.put("latency_p50_seconds", l.median());
                    map.put("latency_p99_seconds", l.p99());
                    map.put("latency_p999_seconds", l.p999());
                });
        price.ifPresent(p -> map.put("money", score.instanceHours() * p));
        return map;
    }

    private static Map<String, Object> point(Point point) {
        var map = new LinkedHashMap<String, Object>();
        map.put("policy", point.policy());
        map.put("knob", point.knob());
        map.put("ratio_to_optimum", point.ratio());
        map.put("missed_percent", point.score().missedPercent());
        map.put("overload_percent", point.score().overloadPercent());
        return map;
    }
}
