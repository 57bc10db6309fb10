package dev.ebb.cli;

import dev.ebb.console.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Advice for people, and for programs. */
final class AdviceText {
    private AdviceText() {}

    /** The lines of one service. */
    static List<String> lines(Advice advice, Optional<Double> price) {
        List<String> lines = new ArrayList<>();
        lines.add(advice.name());
        lines.add(
                String.format(
                                Locale.ROOT,
                                "  %,.0f instance-hours instead of %,.0f for the peak: saves %,.0f"
                                        + " (%.0f %%)",
                                advice.hours(),
                                advice.peakHours(),
                                advice.saved(),
                                advice.savedPercent())
                        + advice.money(price)
                                .map(money -> String.format(Locale.ROOT, ", %,.2f in money", money))
                                .orElse(""));
        lines.add(
                String.format(
                        Locale.ROOT, "  with %d to %d instances", advice.fewest(), advice.most()));
        lines.add(
                String.format(
                        Locale.ROOT,
                        "  at the risk that %.3f %% of the requests find instances too busy",
                        advice.missedPercent()));
        String clock = advice.dated() ? " UTC" : " of each day of the record";
        for (Advice.Part part : advice.times()) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "  %02d:00 to %02d:00%s: %.1f instances",
                            part.from(),
                            part.to(),
                            clock,
                            part.instances()));
        }
        lines.add("  policy:");
        lines.add(
                String.format(
                        Locale.ROOT,
                        "    instances: %d..%d",
                        advice.policy().min(),
                        advice.policy().max()));
        lines.add(
                String.format(
                        Locale.ROOT,
                        "    policy: {objective: {caution: 1, usable: %d%%}}",
                        advice.policy().usablePercent()));
        lines.add("");
        return lines;
    }

    /** All services. */
    static String json(List<Advice> all, Optional<Double> price) {
        return Wire.pretty(Map.of("services", all.stream().map(a -> map(a, price)).toList()));
    }

    private static Map<String, Object> map(Advice advice, Optional<Double> price) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("service", advice.name());
        map.put("instance_hours", advice.hours());
        map.put("peak_instance_hours", advice.peakHours());
        map.put("saves_instance_hours", advice.saved());
        map.put("saves_percent", advice.savedPercent());
        advice.money(price).ifPresent(money -> map.put("saves_money", money));
        map.put("missed_percent", advice.missedPercent());
        map.put("fewest_instances", advice.fewest());
        map.put("most_instances", advice.most());
        map.put("times_in", advice.dated() ? "UTC" : "record");
        map.put("times", advice.times().stream().map(AdviceText::part).toList());
        map.put("policy", policy(advice.policy()));
        return map;
    }

    private static Map<String, Object> part(Advice.Part part) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("from_hour", part.from());
        map.put("to_hour", part.to());
        map.put("instances", part.instances());
        return map;
    }

    /** As it stands in a configuration. */
    private static Map<String, Object> policy(Advice.Suggested policy) {
        Map<String, Object> objective = new LinkedHashMap<>();
        objective.put("caution", 1);
        objective.put("usable", policy.usablePercent() + "%");
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("instances", policy.min() + ".." + policy.max());
        map.put("policy", Map.of("objective", objective));
        return map;
    }
}
