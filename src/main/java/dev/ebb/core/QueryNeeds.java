package dev.ebb.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the answers of a monitoring system ask for. As with Kubernetes' external metrics of the kind
 * {@code AverageValue}, a number of all together is divided by what one instance does for. One that
 * is missing or too old asks for no more, and lets nobody go: it counts as if all who are in
 * rotation were needed, so that they are still needed for a stabilization window after it has come
 * back. Pure.
 */
final class QueryNeeds {
    /** What the sources of these needs begin with. */
    static final String SOURCE = "query_";

    private final Policy policy;
    private final Observation seen;

    QueryNeeds(Policy policy, Observation seen) {
        this.policy = policy;
        this.seen = seen;
    }

    /** One for each query, in the policy's order. */
    List<Need> needs(int rotating) {
        List<Need> needs = new ArrayList<>();
        for (QueryTarget target : policy.targets().queries()) {
            Optional<QueryReading> reading = fresh(target);
            needs.add(
                    reading.flatMap(QueryReading::value)
                            .map(value -> need(target, value, reading.get(), rotating))
                            .orElseGet(() -> missing(target, rotating)));
        }
        return needs;
    }

    /** Whether all answers are known, and none of them asks for anything. */
    boolean allowNone() {
        return policy.targets().queries().stream()
                .allMatch(
                        t -> fresh(t).flatMap(QueryReading::value).filter(v -> v == 0).isPresent());
    }

    /** What keeps any removal from going on while an answer is missing. */
    List<Hold> holds() {
        return policy.targets().queries().stream()
                .filter(t -> fresh(t).isEmpty())
                .map(t -> new Hold(absent("query_missing", t), "an answer to the query"))
                .toList();
    }

    private Optional<QueryReading> reading(QueryTarget target) {
        return seen.whole().map(WholeReadings::queries).orElse(List.of()).stream()
                .filter(r -> r.name().equals(target.name()))
                .findFirst();
    }

    private Optional<QueryReading> fresh(QueryTarget target) {
        return reading(target)
                .filter(r -> r.value().filter(v -> v >= 0 && Double.isFinite(v)).isPresent())
                .filter(r -> age(r) <= target.pace().maxAge().toNanos());
    }

    private long age(QueryReading reading) {
        return seen.now().nanosSince(reading.measuredAtNanos());
    }

    private Need need(QueryTarget target, double value, QueryReading reading, int rotating) {
        double raw = value / target.each();
        int out = Sizer.outNeed(raw, rotating, policy.out().tolerance());
        double age = Math.max(0, age(reading)) / 1e9;
        String text =
                "'%s' is %s, %s for each: %s (%s s old)"
                        .formatted(
                                target.name(),
                                Text.number(value),
                                Text.number(target.each()),
                                Text.instances(out),
                                Text.number(Math.floor(age)));
        return new Need(
                SOURCE + target.name(),
                out,
                Sizer.ceil(raw),
                new Reason(
                        "need_query",
                        text,
                        Map.of("value", value, "each", target.each(), "age_s", age)));
    }

    private Need missing(QueryTarget target, int rotating) {
        return new Need(SOURCE + target.name(), 0, rotating, absent("need_query", target));
    }

    private Reason absent(String code, QueryTarget target) {
        Optional<QueryReading> known = reading(target).filter(r -> r.value().isPresent());
        Optional<String> problem = reading(target).flatMap(QueryReading::problem);
        double limit = target.pace().maxAge().toMillis() / 1000.0;
        double age = known.map(r -> Math.max(0, age(r)) / 1e9).orElse(-1.0);
        String since =
                known.isEmpty()
                        ? "'%s' has not been answered yet".formatted(target.name())
                        : "the answer to '%s' is %s s old, %s s are allowed"
                                .formatted(
                                        target.name(),
                                        Text.number(Math.floor(age)),
                                        Text.number(limit));
        String text = since + problem.map(why -> ": " + why).orElse("");
        Map<String, Double> numbers =
                known.isEmpty()
                        ? Map.of("max_age_s", limit)
                        : Map.of("age_s", age, "max_age_s", limit);
        return new Reason(code, text, numbers);
    }
}
