package dev.ebb.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;

import dev.ebb.control.JournalEntry;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Entries as JSON and back. Each has a {@code type}; names are those of the values, in snake_case;
 * empty optionals are left out. Fields that are not known are ignored, a type that is not known
 * makes a {@link Stored.Foreign}: a newer Ebb's journal can be read by an older one. Thread-safe.
 */
final class EntryCodec {
    private static final String LEFT_OUT = "left_out";

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new JournalModule())
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .changeDefaultPropertyInclusion(before ->
                            before.withValueInclusion(JsonInclude.Include.NON_ABSENT)
                                    .withContentInclusion(JsonInclude.Include.ALWAYS))
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .withConfigOverride(List.class, o -> o.setNullHandling(emptyForNull()))
                    .withConfigOverride(Set.class, o -> o.setNullHandling(emptyForNull()))
                    .withConfigOverride(Map.class, o -> o.setNullHandling(emptyForNull()))
                    .build();

    private EntryCodec() {}

    private static JsonSetter.Value emptyForNull() {
        return JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);
    }

    /** The mapper, for other values of the same kinds. */
    static JsonMapper mapper() {
        return MAPPER;
    }

    /**
     * @throws JacksonException when a value cannot be written, which is a mistake in the program
     */
    static byte[] encode(JournalEntry entry, int leftOut) {
        var writer = MAPPER.writerFor(JournalEntry.class);
        if (leftOut == 0) {
            return writer.writeValueAsBytes(entry);
        }
        byte[] json = writer.writeValueAsBytes(entry);
        byte[] more =
                (",\"" + LEFT_OUT + "\":" + leftOut + "}").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[json.length - 1 + more.length];
        System.arraycopy(json, 0, all, 0, json.length - 1);
        System.arraycopy(more, 0, all, json.length - 1, more.length);
        return all;
    }

    /** Reads {@code [from, to)}. Never throws for content. */
    static Stored decode(long sequence, byte[] buffer, int from, int to) {
        try {
            JsonNode tree = MAPPER.readTree(buffer, from, to - from);
            if (!(tree instanceof ObjectNode object)) {
                return foreign(sequence, buffer, from, to, "is no object");
            }
            int leftOut = object.path(LEFT_OUT).asInt(0);
            var entry = MAPPER.treeToValue(object, JournalEntry.class);
            return new Stored.Known(sequence, entry, leftOut);
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            return foreign(sequence, buffer, from, to, String.valueOf(e.getMessage()));
        }
    }

    private static Stored foreign(long sequence, byte[] buffer, int from, int to, String why) {
        var json = new String(buffer, from, to - from, StandardCharsets.UTF_8);
        return new Stored.Foreign(sequence, json, why.lines().findFirst().orElse(why));
    }
}
