package dev.ebb.platform.kubernetes;

import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Hold;
import dev.ebb.core.Need;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a ServiceScale's status says of its objective. Immutable.
 *
 * @param figures for programs; empty where nothing is wanted of requests
 * @param sentence what is seen, and what was learned from it
 * @param unseen why it cannot be told whether the objective is kept
 */
record ObjectiveStatus(
        Optional<Map<String, Object>> figures, Optional<String> sentence, Optional<Hold> unseen) {
    static final String CONDITION = "ObjectiveSeen";

    private static final Set<String> NEEDS = Set.of("need_latency", "need_answered");
    private static final String UNKNOWN = "latency_unknown";

    /**
     * @param unseen why nobody can tell, as far as that is known without a request
     */
    static ObjectiveStatus of(ServiceStatus seen, Optional<Hold> unseen) {
        Optional<Need> need =
                seen.explanation().needs().stream()
                        .filter(n -> NEEDS.contains(n.reason().code()))
                        .findFirst();
        Optional<Hold> why =
                unseen.or(() ->
                        seen.explanation().holds().stream()
                                .filter(h -> h.why().code().equals(UNKNOWN))
                                .findFirst());
        return new ObjectiveStatus(
                need.map(n -> figures(n.reason().numbers())),
                seen.policy().goals().any()
                        ? Optional.of(need.map(n -> n.reason().text()).orElse("not looked at yet"))
                        : Optional.empty(),
                why);
    }

    private static Map<String, Object> figures(Map<String, Double> numbers) {
        Map<String, Object> figures = new LinkedHashMap<>();
        percent(numbers, "allowed", figures, "allowedPercent");
        percent(numbers, "used", figures, "usedPercent");
        Optional.ofNullable(numbers.get("latency_ms"))
                .filter(ms -> ms > 0)
                .ifPresent(ms -> figures.put("latencyMilliseconds", (int) Math.round(ms)));
        percent(numbers, "budget_spent", figures, "budgetSpentPercent");
        return figures;
    }

    private static void percent(
            Map<String, Double> numbers, String name, Map<String, Object> figures, String as) {
        Optional.ofNullable(numbers.get(name))
                .ifPresent(share -> figures.put(as, (int) Math.round(100 * share)));
    }
}
