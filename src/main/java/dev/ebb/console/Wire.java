package dev.ebb.console;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.ebb.core.Command;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.ServiceName;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * The admin API's values as JSON and back: keys in snake_case, names as text, a {@code type} for
 * each case of a sealed type, durations as in ISO 8601, latencies as counts by their bucket's upper
 * bound in nanoseconds. What a reader does not know it passes over. Safe for use by several
 * threads.
 */
public final class Wire {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .addModule(new Values())
                    .build();

    private Wire() {}

    /** One line, without its end. */
    public static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Several lines, for people. */
    public static String pretty(Object value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    }

    /**
     * @throws JacksonException when it is no such thing
     */
    public static <T> T read(String json, Class<T> type) {
        return MAPPER.readValue(json, type);
    }

    /**
     * @throws JacksonException when it is no JSON
     */
    static JsonNode tree(String json) {
        return MAPPER.readTree(json);
    }

    private static final class Values extends SimpleModule {
        Values() {
            super("ebb-admin");
            setMixInAnnotation(Command.class, CommandTypes.class);
            text(ServiceName.class, ServiceName::toString, ServiceName::new);
            text(
                    InstanceId.class,
                    InstanceId::toString,
                    text ->
                            InstanceId.parse(text)
                                    .orElseThrow(() -> new IllegalArgumentException(text)));
            addSerializer(LatencyCounts.class, new LatencyWriter());
            addDeserializer(LatencyCounts.class, new LatencyReader());
        }

        private <T> void text(Class<T> type, Function<T, String> write, Function<String, T> read) {
            addSerializer(
                    type,
                    new StdSerializer<T>(type) {
                        @Override
                        public void serialize(T value, JsonGenerator out, SerializationContext c) {
                            out.writeString(write.apply(value));
                        }
                    });
            addDeserializer(
                    type,
                    new StdDeserializer<T>(type) {
                        @Override
                        public T deserialize(JsonParser in, DeserializationContext context) {
                            return read.apply(in.getString());
                        }
                    });
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Command.Start.class, name = "start"),
        @JsonSubTypes.Type(value = Command.Park.class, name = "park"),
        @JsonSubTypes.Type(value = Command.Rescue.class, name = "rescue"),
        @JsonSubTypes.Type(value = Command.Drain.class, name = "drain"),
        @JsonSubTypes.Type(value = Command.Stop.class, name = "stop")
    })
    private interface CommandTypes {}

    private static final class LatencyWriter extends StdSerializer<LatencyCounts> {
        LatencyWriter() {
            super(LatencyCounts.class);
        }

        @Override
        public void serialize(LatencyCounts value, JsonGenerator out, SerializationContext c) {
            var counts = new TreeMap<Long, Long>();
            for (int i = 0; i < LatencyCounts.BUCKETS; i++) {
                if (value.count(i) != 0) {
                    counts.put(LatencyCounts.upperBoundNanos(i), value.count(i));
                }
            }
            out.writePOJO(counts);
        }
    }

    private static final class LatencyReader extends StdDeserializer<LatencyCounts> {
        LatencyReader() {
            super(LatencyCounts.class);
        }

        @Override
        public LatencyCounts deserialize(JsonParser in, DeserializationContext context) {
            long[] counts = new long[LatencyCounts.BUCKETS];
            Map<?, ?> pairs = context.readValue(in, Map.class);
            pairs.forEach((bound, count) ->
                    counts[LatencyCounts.bucketOf(Long.parseLong(bound.toString()))] +=
                            Long.parseLong(count.toString()));
            return LatencyCounts.of(counts);
        }
    }
}
