package dev.ebb.platform.kubernetes;

import dev.ebb.control.InstanceStatus;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Command;
import dev.ebb.core.Hold;
import dev.ebb.core.Planned;
import dev.ebb.core.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A ServiceScale's status, made of what control says and of what keeps Ebb from acting. Remembers
 * since when each condition has held. One thread at a time.
 */
final class ScaleStatus {
    private static final int MOST = 20;

    /** What a condition says, and since when. */
    private record Since(String status, String time) {}

    private final Map<String, Since> since = new HashMap<>();

    /** Of one that nothing can be done for. */
    Map<String, Object> refused(ScaleSpec spec, Hold hold, long wallMillis) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("observedGeneration", spec.generation());
        status.put("holds", List.of(hold(hold, t -> t)));
        status.put(
                "conditions", conditions(spec, Optional.of(hold), Optional.of(hold), wallMillis));
        return status;
    }

    /**
     * @param notReady why Ebb cannot do what the ServiceScale asks for
     * @param more holds beside those of the decision
     * @param parks when pods were parked within the last hour
     * @param unseen why nobody can tell whether what is wanted of requests is kept
     */
    Map<String, Object> of(
            ScaleSpec spec,
            ServiceStatus seen,
            Fleet fleet,
            Optional<Hold> notReady,
            Optional<Hold> more,
            Optional<Hold> unseen,
            List<String> parks,
            List<Decisions.Decision> decisions,
            long wallMillis) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("observedGeneration", spec.generation());
        List<InstanceStatus> alive =
                seen.instances().stream().filter(i -> fleet.of(i.id()).isPresent()).toList();
        status.put("replicas", alive.size());
        status.put(
                "parked", (int) alive.stream().filter(i -> i.lifecycle().canBeRescued()).count());
        status.put("wanted", seen.explanation().wanted());
        status.put(
                "reasons",
                seen.explanation().needs().stream()
                        .map(n -> fleet.inWords(n.reason().text()))
                        .limit(MOST)
                        .toList());
        ObjectiveStatus objective = ObjectiveStatus.of(seen, unseen);
        objective.figures().ifPresent(o -> status.put("objective", o));
        recommendation(seen, fleet).ifPresent(r -> status.put("recommendation", r));
        List<Hold> holds = new ArrayList<>();
        notReady.ifPresent(holds::add);
        more.ifPresent(holds::add);
        seen.explanation().holds().stream()
                .filter(h -> holds.stream().noneMatch(o -> o.why().code().equals(h.why().code())))
                .forEach(holds::add);
        if (!parks.isEmpty()) {
            status.put("parks", parks);
        }
        status.put("holds", holds.stream().limit(MOST).map(h -> hold(h, fleet::inWords)).toList());
        status.put("lastDecisions", decisions.stream().map(ScaleStatus::decision).toList());
        Optional<Hold> first = holds.stream().findFirst();
        List<Map<String, Object>> conditions =
                new ArrayList<>(
                        conditions(spec, notReady, first.map(h -> worded(h, fleet)), wallMillis));
        objective
                .sentence()
                .ifPresent(text ->
                        conditions.add(
                                condition(
                                        spec,
                                        ObjectiveStatus.CONDITION,
                                        objective.unseen().isEmpty(),
                                        objective.unseen(),
                                        "Seen",
                                        text,
                                        wallMillis)));
        status.put("conditions", conditions);
        return status;
    }

    private static Hold worded(Hold hold, Fleet fleet) {
        Reason why = hold.why();
        return new Hold(
                new Reason(why.code(), fleet.inWords(why.text()), why.numbers()), hold.release());
    }

    private static Optional<Map<String, Object>> recommendation(ServiceStatus seen, Fleet fleet) {
        List<Planned> planned =
                seen.recommendation()
                        .map(r -> r.planned())
                        .orElse(
                                seen.explanation().planned().stream()
                                        .filter(p -> isChange(p.command()))
                                        .toList());
        if (planned.isEmpty()) {
            return Optional.empty();
        }
        long starts = planned.stream().filter(p -> p.command() instanceof Command.Start).count();
        long standing = seen.instances().stream().filter(i -> i.lifecycle().inRotation()).count();
        Map<String, Object> map = new LinkedHashMap<>();
        seen.recommendation().ifPresent(r -> map.put("id", r.id()));
        map.put("replicas", (int) (standing + 2 * starts - planned.size()));
        map.put(
                "pods",
                planned.stream()
                        .filter(p -> p.command() instanceof Command.Park)
                        .map(p -> fleet.inWords(p.command().id().toString()))
                        .toList());
        map.put(
                "reasons",
                planned.stream()
                        .flatMap(p -> p.reasons().stream())
                        .map(r -> fleet.inWords(r.text()))
                        .distinct()
                        .limit(MOST)
                        .toList());
        return Optional.of(map);
    }

    private static boolean isChange(Command command) {
        return command instanceof Command.Park || command instanceof Command.Start;
    }

    private static Map<String, Object> hold(Hold hold, UnaryOperator<String> words) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("code", hold.why().code());
        map.put("message", words.apply(hold.why().text()));
        map.put("release", words.apply(hold.release()));
        return map;
    }

    private static Map<String, Object> decision(Decisions.Decision one) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("time", time(one.wallMillis()));
        map.put("action", one.action());
        if (!one.pod().isEmpty()) {
            map.put("pod", one.pod());
        }
        map.put("reasons", one.reasons());
        return map;
    }

    private List<Map<String, Object>> conditions(
            ScaleSpec spec, Optional<Hold> notReady, Optional<Hold> holding, long wallMillis) {
        return List.of(
                condition(
                        spec,
                        "Ready",
                        notReady.isEmpty(),
                        notReady,
                        "Managed",
                        "Ebb looks after " + spec.targetWords() + remark(spec),
                        wallMillis),
                condition(
                        spec,
                        "Holding",
                        holding.isPresent(),
                        holding,
                        "Nothing",
                        "nothing keeps the next step from being taken",
                        wallMillis));
    }

    private static String remark(ScaleSpec spec) {
        return spec.target().flatMap(PodOrder::remark).map(r -> "; " + r).orElse("");
    }

    private Map<String, Object> condition(
            ScaleSpec spec,
            String type,
            boolean on,
            Optional<Hold> hold,
            String otherwise,
            String text,
            long wallMillis) {
        String word = on ? "True" : "False";
        Since now =
                since.compute(
                        type,
                        (_, before) ->
                                before != null && before.status.equals(word)
                                        ? before
                                        : new Since(word, time(wallMillis)));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", type);
        map.put("status", word);
        map.put("reason", hold.map(h -> camel(h.why().code())).orElse(otherwise));
        map.put("message", hold.map(h -> h.why().text()).orElse(text));
        map.put("observedGeneration", spec.generation());
        map.put("lastTransitionTime", now.time);
        return map;
    }

    /** {@code no_gate} as Kubernetes spells reasons: {@code NoGate}. */
    static String camel(String code) {
        StringBuilder out = new StringBuilder();
        for (String part : code.split("_", -1)) {
            if (!part.isEmpty()) {
                out.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
            }
        }
        return out.toString();
    }

    private static String time(long wallMillis) {
        return Instant.ofEpochMilli(wallMillis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
