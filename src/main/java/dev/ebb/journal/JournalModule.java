package dev.ebb.journal;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.ebb.control.JournalEntry;
import dev.ebb.core.Command;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Liveness;
import dev.ebb.core.NeedHistory;
import dev.ebb.core.Series;
import dev.ebb.core.ServiceName;
import dev.ebb.core.forecast.Outlook;
import dev.ebb.core.objective.Allowed;
import dev.ebb.core.objective.Pressure;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * How the core's values stand in JSON, kept out of the core: a {@code type} for each case of a
 * sealed type, names as text, and latencies as {@code [bucket, count, bucket, count, ...]} of the
 * buckets that are not empty.
 */
final class JournalModule extends SimpleModule {

    JournalModule() {
        super("ebb-journal");
        setMixInAnnotation(JournalEntry.class, EntryTypes.class);
        setMixInAnnotation(Command.class, CommandTypes.class);
        setMixInAnnotation(Liveness.class, LivenessTypes.class);
        text(ServiceName.class, ServiceName::toString, ServiceName::new);
        text(InstanceId.class, InstanceId::toString, JournalModule::instance);
        setMixInAnnotation(Instance.class, NoFurtherProperties.class);
        setMixInAnnotation(Allowed.class, NoFurtherProperties.class);
        setMixInAnnotation(Pressure.class, NoFurtherProperties.class);
        addKeyDeserializer(InstanceId.class, new InstanceKeys());
        addSerializer(NeedHistory.class, new NeedsWriter());
        addDeserializer(NeedHistory.class, new NeedsReader());
        addSerializer(Outlook.class, new OutlookJson.Writer());
        addDeserializer(Outlook.class, new OutlookJson.Reader());
        addSerializer(Series.class, new SeriesJson.Writer());
        addDeserializer(Series.class, new SeriesJson.Reader());
        addSerializer(LatencyCounts.class, new LatencyWriter());
        addDeserializer(LatencyCounts.class, new LatencyReader());
    }

    private static InstanceId instance(String text) {
        return InstanceId.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("no instance's name: " + text));
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

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = JournalEntry.Opened.class, name = "opened"),
        @JsonSubTypes.Type(value = JournalEntry.Closed.class, name = "closed"),
        @JsonSubTypes.Type(value = JournalEntry.Upgraded.class, name = "upgraded"),
        @JsonSubTypes.Type(value = JournalEntry.CutOff.class, name = "cut_off"),
        @JsonSubTypes.Type(value = JournalEntry.Configured.class, name = "configured"),
        @JsonSubTypes.Type(value = JournalEntry.Intended.class, name = "intended"),
        @JsonSubTypes.Type(value = JournalEntry.Identified.class, name = "identified"),
        @JsonSubTypes.Type(value = JournalEntry.Moved.class, name = "moved"),
        @JsonSubTypes.Type(value = JournalEntry.HealthChanged.class, name = "health_changed"),
        @JsonSubTypes.Type(value = JournalEntry.Marked.class, name = "marked"),
        @JsonSubTypes.Type(value = JournalEntry.Frozen.class, name = "frozen"),
        @JsonSubTypes.Type(value = JournalEntry.Ordered.class, name = "ordered"),
        @JsonSubTypes.Type(value = JournalEntry.Decided.class, name = "decided"),
        @JsonSubTypes.Type(value = JournalEntry.Observed.class, name = "observed"),
        @JsonSubTypes.Type(value = JournalEntry.Remembered.class, name = "remembered"),
        @JsonSubTypes.Type(value = JournalEntry.Checkpoint.class, name = "checkpoint")
    })
    private interface EntryTypes {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Command.Start.class, name = "start"),
        @JsonSubTypes.Type(value = Command.Park.class, name = "park"),
        @JsonSubTypes.Type(value = Command.Rescue.class, name = "rescue"),
        @JsonSubTypes.Type(value = Command.Drain.class, name = "drain"),
        @JsonSubTypes.Type(value = Command.Stop.class, name = "stop")
    })
    private interface CommandTypes {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Liveness.Running.class, name = "running"),
        @JsonSubTypes.Type(value = Liveness.Exited.class, name = "exited"),
        @JsonSubTypes.Type(value = Liveness.NotStarted.class, name = "not_started"),
        @JsonSubTypes.Type(value = Liveness.Unclear.class, name = "unclear"),
        @JsonSubTypes.Type(value = Liveness.Unseen.class, name = "unseen")
    })
    private interface LivenessTypes {}

    /** What it says of itself follows from what it is. */
    @JsonAutoDetect(isGetterVisibility = JsonAutoDetect.Visibility.NONE)
    private interface NoFurtherProperties {}

    private static final class InstanceKeys extends KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context) {
            return instance(key);
        }
    }

    private static final class NeedsWriter extends StdSerializer<NeedHistory> {
        NeedsWriter() {
            super(NeedHistory.class);
        }

        @Override
        public void serialize(NeedHistory value, JsonGenerator out, SerializationContext c) {
            long[] numbers = value.toArray();
            out.writeArray(numbers, 0, numbers.length);
        }
    }

    private static final class NeedsReader extends StdDeserializer<NeedHistory> {
        NeedsReader() {
            super(NeedHistory.class);
        }

        @Override
        public NeedHistory deserialize(JsonParser in, DeserializationContext context) {
            return NeedHistory.of(context.readValue(in, long[].class));
        }
    }

    private static final class LatencyWriter extends StdSerializer<LatencyCounts> {
        LatencyWriter() {
            super(LatencyCounts.class);
        }

        @Override
        public void serialize(LatencyCounts value, JsonGenerator out, SerializationContext c) {
            out.writeStartArray();
            for (int i = 0; i < LatencyCounts.BUCKETS; i++) {
                if (value.count(i) != 0) {
                    out.writeNumber(i);
                    out.writeNumber(value.count(i));
                }
            }
            out.writeEndArray();
        }
    }

    private static final class LatencyReader extends StdDeserializer<LatencyCounts> {
        LatencyReader() {
            super(LatencyCounts.class);
        }

        @Override
        public LatencyCounts deserialize(JsonParser in, DeserializationContext context) {
            long[] pairs = context.readValue(in, long[].class);
            long[] counts = new long[LatencyCounts.BUCKETS];
            if (pairs.length % 2 != 0) {
                throw new IllegalArgumentException("a bucket without its count");
            }
            for (int i = 0; i < pairs.length; i += 2) {
                if (pairs[i] < 0 || pairs[i] >= counts.length) {
                    throw new IllegalArgumentException("no such bucket: " + pairs[i]);
                }
                counts[(int) pairs[i]] = pairs[i + 1];
            }
            return LatencyCounts.of(counts);
        }
    }
}
