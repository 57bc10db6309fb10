package dev.ebb.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EntryCodecTest {

    @Test
    void everyKindOfEntryComesBackAsItWas() {
        for (int seed = 0; seed < 150; seed++) {
            var entries = new Entries(new SplittableRandom(seed));
            for (int kind = 0; kind < Entries.KINDS; kind++) {
                var entry = entries.ofKind(kind);
                byte[] json = EntryCodec.encode(entry, 0);
                assertThat(json).as("seed %d", seed).doesNotContain('\n');
                assertThat(decode(json))
                        .as("seed %d, %s", seed, new String(json, StandardCharsets.UTF_8))
                        .isEqualTo(new Stored.Known(7, entry, 0));
            }
        }
    }

    @Test
    void kindsAreAllOfThem() {
        assertThat(kindsOf(JournalEntry.class)).isEqualTo(Entries.KINDS);
        var entries = new Entries(new SplittableRandom(1));
        assertThat(IntStream.range(0, Entries.KINDS).mapToObj(entries::ofKind))
                .extracting(JournalEntry::getClass)
                .doesNotHaveDuplicates();
    }

    private static int kindsOf(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).mapToInt(EntryCodecTest::kindsOf).sum()
                : 1;
    }

    @Test
    void theWrittenFormIsFixed() {
        var hello = new ServiceName("hello");
        var moved =
                new JournalEntry.Moved(
                        1000,
                        new InstanceId(hello, 3),
                        Lifecycle.SERVING,
                        Lifecycle.PARKING,
                        List.of(new Reason("low", "CPU is at 9 %", Map.of("cpu_percent", 9.0))),
                        2,
                        false);
        assertThat(new String(EntryCodec.encode(moved, 0), StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        {"type":"moved","wall_millis":1000,"id":"hello-3","from":"SERVING",\
                        "to":"PARKING","reasons":[{"code":"low","text":"CPU is at 9 %",\
                        "numbers":{"cpu_percent":9.0}}],"in_flight":2,"by_operator":false}\
                        """);
    }

    @Test
    void whatWasLeftOutIsSaid() {
        var opened = new JournalEntry.Opened(1, "v");
        assertThat(decode(EntryCodec.encode(opened, 41)))
                .isEqualTo(new Stored.Known(7, opened, 41));
    }

    @Test
    void fieldsOfALaterVersionAreIgnored() {
        assertThat(decode("{\"type\":\"opened\",\"wall_millis\":5,\"version\":\"2\",\"x\":[1]}"))
                .isEqualTo(new Stored.Known(7, new JournalEntry.Opened(5, "2"), 0));
    }

    @Test
    void anOlderObservationHasNoTick() {
        var json =
                """
                {"type":"observed","wall_millis":5,"observation":{"now":{"monotonic_nanos":1,\
                "wall_millis":5},"service":"hello","instances":[],"acknowledged_generation":1,\
                "latency":[]}}\
                """;
        var observed = (JournalEntry.Observed) ((Stored.Known) decode(json)).entry();
        assertThat(observed.tick()).isEmpty();
        assertThat(observed.generation()).isEmpty();
    }

    @Test
    void whatIsNotUnderstoodStaysReadable() {
        for (String json :
                List.of(
                        "{\"type\":\"teleported\",\"wall_millis\":5}",
                        "{\"type\":\"opened\",\"wall_millis\":5}",
                        "{\"type\":\"opened\"",
                        "{}",
                        "[1]",
                        "{\"type\":\"marked\",\"wall_millis\":5,\"id\":\"no\",\"mark\":\"X\"}")) {
            assertThat(decode(json))
                    .as(json)
                    .isInstanceOfSatisfying(
                            Stored.Foreign.class, f -> assertThat(f.json()).isEqualTo(json));
        }
    }

    private static Stored decode(String json) {
        return decode(json.getBytes(StandardCharsets.UTF_8));
    }

    private static Stored decode(byte[] json) {
        return EntryCodec.decode(7, json, 0, json.length);
    }
}
