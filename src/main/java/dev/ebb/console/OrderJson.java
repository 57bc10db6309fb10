package dev.ebb.console;

import dev.ebb.control.Order;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Orders as JSON, for example {@code {"type": "scale", "service": "hello", "replicas": 3}}. */
public final class OrderJson {
    private OrderJson() {}

    private static final Map<String, Set<String>> FIELDS =
            Map.of(
                    "scale", Set.of("service", "replicas", "force"),
                    "park", Set.of("instance", "force"),
                    "rescue", Set.of("instance"),
                    "restart", Set.of("instance"),
                    "protect", Set.of("instance", "on"),
                    "freeze", Set.of("service", "on"),
                    "approve", Set.of("service", "recommendation"));

    /** What cannot be understood, for people. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private final String why;

        Malformed(String why) {
            super(why);
            this.why = why;
        }

        String why() {
            return why;
        }
    }

    /** The order as it is sent. */
    public static String write(Order order) {
        var json = new LinkedHashMap<String, Object>();
        switch (order) {
            case Order.Scale(ServiceName service, OptionalInt replicas, boolean force) -> {
                json.put("type", "scale");
                json.put("service", service.value());
                json.put("replicas", replicas);
                json.put("force", force);
            }
            case Order.Park(InstanceId id, boolean force) -> {
                json.put("type", "park");
                json.put("instance", id.toString());
                json.put("force", force);
            }
            case Order.Rescue(InstanceId id) -> {
                json.put("type", "rescue");
                json.put("instance", id.toString());
            }
            case Order.Restart(InstanceId id) -> {
                json.put("type", "restart");
                json.put("instance", id.toString());
            }
            case Order.Protect(InstanceId id, boolean on) -> {
                json.put("type", "protect");
                json.put("instance", id.toString());
                json.put("on", on);
            }
            case Order.Freeze(Optional<ServiceName> service, boolean on) -> {
                json.put("type", "freeze");
                json.put("service", service.map(ServiceName::value));
                json.put("on", on);
            }
            case Order.Approve(ServiceName service, String recommendation) -> {
                json.put("type", "approve");
                json.put("service", service.value());
                json.put("recommendation", recommendation);
            }
        }
        return Wire.write(json);
    }

    static Order read(String text) throws Malformed {
        JsonNode json = object(text);
        String type = text(json, "type");
        Set<String> known = FIELDS.get(type);
        if (known == null) {
            throw new Malformed("unknown type '" + type + "'; it is one of " + sorted(FIELDS));
        }
        for (String name : json.propertyNames()) {
            if (!name.equals("type") && !known.contains(name)) {
                throw new Malformed("'" + type + "' has no field '" + name + "'");
            }
        }
        return switch (type) {
            case "scale" -> new Order.Scale(service(json), replicas(json), flag(json, "force"));
            case "park" -> new Order.Park(instance(json), flag(json, "force"));
            case "rescue" -> new Order.Rescue(instance(json));
            case "restart" -> new Order.Restart(instance(json));
            case "protect" -> new Order.Protect(instance(json), flag(json, "on"));
            case "approve" -> new Order.Approve(service(json), text(json, "recommendation"));
            default ->
                    new Order.Freeze(
                            absent(json, "service") ? Optional.empty() : Optional.of(service(json)),
                            flag(json, "on"));
        };
    }

    /** The order to make way for another process, as it is sent. */
    static String write(UpgradeOrder order) {
        var json = new LinkedHashMap<String, Object>();
        json.put("program", order.program());
        json.put("file", order.file());
        json.put("step_ms", order.step().toMillis());
        return Wire.write(json);
    }

    static UpgradeOrder upgrade(String text) throws Malformed {
        JsonNode json = object(text);
        Set<String> known = Set.of("program", "file", "step_ms");
        for (String name : json.propertyNames()) {
            if (!known.contains(name)) {
                throw new Malformed("an upgrade has no field '" + name + "'");
            }
        }
        JsonNode step = json.path("step_ms");
        if (!step.isInt() || step.intValue() < 1000 || step.intValue() > 600_000) {
            throw new Malformed("'step_ms' is a whole number from 1000 to 600000");
        }
        return new UpgradeOrder(
                text(json, "program"),
                absent(json, "file") ? Optional.empty() : Optional.of(text(json, "file")),
                Duration.ofMillis(step.intValue()));
    }

    /** A JSON object, an empty one for an empty text. */
    static JsonNode object(String text) throws Malformed {
        try {
            JsonNode json = Wire.tree(text.isBlank() ? "{}" : text);
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException e) {
            throw new Malformed("the body is not JSON: " + e.getOriginalMessage());
        }
        throw new Malformed("the body is not a JSON object");
    }

    static boolean flag(JsonNode json, String name) throws Malformed {
        if (absent(json, name)) {
            return false;
        }
        JsonNode value = json.path(name);
        if (!value.isBoolean()) {
            throw new Malformed("'" + name + "' is true or false");
        }
        return value.booleanValue();
    }

    private static List<String> sorted(Map<String, ?> map) {
        return map.keySet().stream().sorted().toList();
    }

    private static boolean absent(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isMissingNode() || value.isNull();
    }

    private static String text(JsonNode json, String name) throws Malformed {
        JsonNode value = json.path(name);
        if (!value.isString()) {
            throw new Malformed("'" + name + "' is missing or no text");
        }
        return value.stringValue();
    }

    private static ServiceName service(JsonNode json) throws Malformed {
        String name = text(json, "service");
        if (!ServiceName.isValid(name)) {
            throw new Malformed("'service' is no service's name");
        }
        return new ServiceName(name);
    }

    private static InstanceId instance(JsonNode json) throws Malformed {
        return InstanceId.parse(text(json, "instance"))
                .orElseThrow(() -> new Malformed("'instance' is no instance's name"));
    }

    private static OptionalInt replicas(JsonNode json) throws Malformed {
        if (absent(json, "replicas")) {
            return OptionalInt.empty();
        }
        JsonNode value = json.path("replicas");
        if (!value.isInt() || value.intValue() < 0) {
            throw new Malformed("'replicas' is a whole number, or null for automatic");
        }
        return OptionalInt.of(value.intValue());
    }
}
