package dev.ebb.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.ebb.control.JournalEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Entries as JSON and back. Each has a {@code type}; names are those of the values, in snake_case;
 * empty optionals are left out. Fields that are not known are ignored, a type that is not known
 * makes a {@link Stored.Foreign}: a newer Ebb's journal can be read by an older one. Thread-safe.
 */
final class EntryCodec {
    private static final byte[] LEFT_OUT = ",\"left_out\":".getBytes(StandardCharsets.US_ASCII);

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

    private static final ObjectWriter WRITER = MAPPER.writerFor(JournalEntry.class);
    private static final ObjectReader READER = MAPPER.readerFor(JournalEntry.class);

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
        byte[] json = WRITER.writeValueAsBytes(entry);
        if (leftOut == 0) {
            return json;
        }
        byte[] number = (leftOut + "}").getBytes(StandardCharsets.US_ASCII);
        int end = json.length - 1;
        byte[] all = Arrays.copyOf(json, end + LEFT_OUT.length + number.length);
        System.arraycopy(LEFT_OUT, 0, all, end, LEFT_OUT.length);
        System.arraycopy(number, 0, all, end + LEFT_OUT.length, number.length);
        return all;
    }

    /** Reads {@code [from, to)}. Never throws for content. */
    static Stored decode(long sequence, byte[] buffer, int from, int to) {
        try {
            JournalEntry entry = READER.readValue(buffer, from, to - from);
            if (entry == null) {
                return foreign(sequence, buffer, from, to, "it is empty");
            }
            return new Stored.Known(sequence, entry, leftOut(buffer, from, to));
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            return foreign(sequence, buffer, from, to, String.valueOf(e.getMessage()));
        }
    }

    /** The last field, if it is there at all: an entry's own last field never ends like it. */
    private static int leftOut(byte[] buffer, int from, int to) {
        int at = to - 2;
        long number = 0;
        for (long power = 1; at > from && buffer[at] >= '0' && buffer[at] <= '9'; at--) {
            number += power * (buffer[at] - '0');
            power = Math.min(power * 10, Integer.MAX_VALUE);
        }
        int start = at + 1 - LEFT_OUT.length;
        boolean there =
                start > from && Arrays.equals(buffer, start, at + 1, LEFT_OUT, 0, LEFT_OUT.length);
        return there ? (int) Math.min(number, Integer.MAX_VALUE) : 0;
    }

    private static Stored foreign(long sequence, byte[] buffer, int from, int to, String why) {
        var json = new String(buffer, from, to - from, StandardCharsets.UTF_8);
        return new Stored.Foreign(sequence, json, why.lines().findFirst().orElse(why));
    }
}
