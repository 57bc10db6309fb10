package dev.ebb.control;

import dev.ebb.core.Instance;
import dev.ebb.core.ServiceState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Finds in which part two states differ. Pure. */
final class StateParts {
    private static final int TEXT_MAX = 300;
    private static final Map<String, Function<ServiceState, Object>> PARTS = new LinkedHashMap<>();
    private static final Map<String, Function<Instance, Object>> OF_INSTANCE =
            new LinkedHashMap<>();

    static {
        PARTS.put("generation", ServiceState::generation);
        PARTS.put("next ordinal", ServiceState::nextOrdinal);
        PARTS.put("target", ServiceState::target);
        PARTS.put("frozen", ServiceState::frozen);
        PARTS.put("ordered", ServiceState::ordered);
        PARTS.put("failures", ServiceState::failures);
        PARTS.put("patience", ServiceState::patience);
        PARTS.put("learned concurrency", s -> s.load().learnedConcurrency());
        PARTS.put("needs", s -> s.load().needs());
        PARTS.put("latency", s -> s.load().latency());
        PARTS.put("forecasts", s -> s.load().forecasts());
        PARTS.put("queue", s -> s.load().queue());
        PARTS.put("falls", s -> s.load().falls());
        PARTS.put("quiet", s -> s.load().quiet());
        PARTS.put("experience", s -> s.load().experience());
        PARTS.put("rehearsal", ServiceState::rehearsal);
        OF_INSTANCE.put("lifecycle", Instance::lifecycle);
        OF_INSTANCE.put("health", Instance::health);
        OF_INSTANCE.put("since", Instance::sinceNanos);
        OF_INSTANCE.put("marks", Instance::marks);
        OF_INSTANCE.put("parked at", Instance::parkGeneration);
        OF_INSTANCE.put("process readings", Instance::process);
        OF_INSTANCE.put("traffic readings", Instance::traffic);
    }

    private StateParts() {}

    /** One part, as recorded and as replayed. */
    record Unequal(String recorded, String replayed) {}

    static Optional<Unequal> difference(ServiceState recorded, ServiceState replayed) {
        if (recorded.equals(replayed)) {
            return Optional.empty();
        }
        for (var part : PARTS.entrySet()) {
            Object a = part.getValue().apply(recorded);
            Object b = part.getValue().apply(replayed);
            if (!a.equals(b)) {
                return Optional.of(unequal(part.getKey(), a, b));
            }
        }
        for (Instance one : recorded.instances()) {
            Optional<Instance> other = replayed.find(one.id());
            if (other.isEmpty() || !other.get().equals(one)) {
                return Optional.of(
                        other.map(o -> inInstance(one, o))
                                .orElse(unequal("instance", one.id(), "not there")));
            }
        }
        return Optional.of(
                unequal(
                        "instances",
                        recorded.instances().stream().map(Instance::id).toList(),
                        replayed.instances().stream().map(Instance::id).toList()));
    }

    private static Unequal inInstance(Instance one, Instance other) {
        for (var part : OF_INSTANCE.entrySet()) {
            Object a = part.getValue().apply(one);
            Object b = part.getValue().apply(other);
            if (!a.equals(b)) {
                return unequal(part.getKey() + " of " + one.id(), a, b);
            }
        }
        return unequal("instance", one, other);
    }

    private static Unequal unequal(String part, Object recorded, Object replayed) {
        return new Unequal(part + ": " + text(recorded), part + ": " + text(replayed));
    }

    private static String text(Object value) {
        String text = value.toString();
        return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "...";
    }
}
