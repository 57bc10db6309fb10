package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Range queries, access logs and packed files become traces, or are refused with the place. */
class TraceFormsTest {
    private static final TraceOptions MINUTES = new TraceOptions(Map.of(), 60);

    @TempDir private Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static String matrix(String... series) {
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
                + String.join(",", series)
                + "]}}";
    }

    private static String series(String job, String values) {
        return "{\"metric\":{\"job\":\"" + job + "\"},\"values\":[" + values + "]}";
    }

    private static String line(long time, ZoneOffset zone, String request) {
        String at =
                DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss xx", Locale.ROOT)
                        .format(Instant.ofEpochSecond(time).atOffset(zone));
        return "10.0.0.1 - - [" + at + "] \"" + request + "\" 200 512";
    }

    private static String line(long time) {
        return line(time, ZoneOffset.UTC, "GET / HTTP/1.1");
    }

    @Test
    void seriesAreAddedUpAndWhatIsNoNumberIsMissing() throws Exception {
        Path file =
                file(
                        "rps.json",
                        matrix(
                                series("a", "[100,\"1\"],[115,\"NaN\"],[145,\"4\"]"),
                                series("b", "[100,\"2.5\"],[145,\"+Inf\"],[160,\"1e1\"]")));
        TraceRead read = TraceFiles.read(file, TraceOptions.DEFAULT);
        Trace trace = read.trace();
        assertThat(trace.name()).isEqualTo("rps");
        assertThat(trace.step()).isEqualTo(15);
        assertThat(trace.size()).isEqualTo(5);
        assertThat(trace.value(0)).isEqualTo(3.5);
        assertThat(trace.isGap(1)).as("NaN").isTrue();
        assertThat(trace.isGap(2)).as("stale").isTrue();
        assertThat(trace.value(3)).as("only one of them has a value").isEqualTo(4);
        assertThat(trace.value(4)).isEqualTo(10);
        assertThat(read.notes())
                .anyMatch(n -> n.contains("2 series added up"))
                .anyMatch(n -> n.contains("2 values are NaN or infinite"));
    }

    @Test
    void oneSeriesCanBeChosen() throws Exception {
        Path file =
                file(
                        "x.json",
                        matrix(series("a", "[0,\"1\"],[5,\"2\"]"), series("b", "[0,\"7\"]")));
        Trace trace = TraceFiles.read(file, new TraceOptions(Map.of("job", "a"), 10)).trace();
        assertThat(trace.value(1)).isEqualTo(2);
        assertThatThrownBy(() -> TraceFiles.read(file, new TraceOptions(Map.of("job", "c"), 10)))
                .isInstanceOf(InputProblem.class)
                .hasMessageContaining("no series has {job=c}; there are, for example, {job=a}");
    }

    @Test
    void thePlainListOfPromtoolIsReadToo() throws Exception {
        Path file = file("p.json", "[" + series("a", "[0,\"1\"],[5,\"2\"]") + "]");
        assertThat(TraceFiles.read(file).size()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"status\":\"error\",\"error\":\"parse error\"}|Prometheus says: parse error",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\"}}|:1:42: holds a"
                        + " vector, one moment only; ask /api/v1/query_range for a matrix",
                "{\"status\":\"success\",\"data\":{\"result\":[]}}|the result is empty",
                "{\"status\":\"success\",\"data\":{}}|has no 'result'",
                "{\"data\":{\"result\":[{\"values\":[[0,\"-1\"]]}]}}|load cannot be negative: -1",
                "{\"data\":{\"result\":[{\"values\":[[5,\"1\"],[5,\"1\"]]}]}}|time 5 does not come",
                "{\"data\":{\"result\":[{\"values\":[[0,1]]}]}}|a value should be text in quotes",
                "{\"data\":{\"result\":[{\"values\":[[0,\"x\"]]}]}}|is not a number",
                "{\"data\":{\"result\":[{\"histograms\":[]}]}}|is a native histogram",
                "{\"data\":{\"result\":[{\"values\":[[0,\"1\"]]}]}}|values at two times or more",
                "{\"data\":{\"result\":[{\"values\":[[0,\"1\"]|not JSON, or cut off"
            })
    void whatIsNoRangeQueryIsRefused(String content, String said) throws IOException {
        Path file = file("bad.json", content);
        assertThatThrownBy(() -> TraceFiles.read(file))
                .isInstanceOf(InputProblem.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(said);
    }

    /** Any series, with any holes, come back as what was written, summed. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyMatrixComesBackAsWhatWasWritten(long seed) throws Exception {
        var random = new Random(seed);
        int steps = 50 + random.nextInt(200);
        int count = 1 + random.nextInt(4);
        var sums = new double[steps];
        Arrays.fill(sums, Double.NaN);
        var all = new String[count];
        for (int s = 0; s < count; s++) {
            var values = new StringBuilder();
            for (int i = 0; i < steps; i++) {
                if (random.nextInt(5) > 0 || i == 0 || i == steps - 1) {
                    double v = random.nextInt(100_000) / 8.0;
                    sums[i] = Double.isNaN(sums[i]) ? v : sums[i] + v;
                    values.append(values.isEmpty() ? "" : ",")
                            .append("[" + (1_700_000_000.25 + 30 * i) + ",\"" + v + "\"]");
                }
            }
            all[s] = series("j" + s, values.toString());
        }
        Trace trace = TraceFiles.read(file("any.json", matrix(all)));
        assertThat(trace.size()).isEqualTo(steps);
        for (int i = 0; i < steps; i++) {
            assertThat(trace.isGap(i)).isEqualTo(Double.isNaN(sums[i]));
            if (!trace.isGap(i)) {
                assertThat(trace.value(i)).isEqualTo(sums[i], within(1e-9));
            }
        }
    }

    @Test
    void linesAreCountedWhateverTheirZoneAndOrder() throws Exception {
        long midnight = 1_700_006_400L;
        String log =
                String.join(
                        "\n",
                        line(midnight),
                        line(midnight + 59, ZoneOffset.ofHours(-7), "POST /a?b=\\\"c HTTP/1.0"),
                        line(midnight + 130, ZoneOffset.ofHoursMinutes(5, 30), "-")
                                + " \"http://x/\" \"curl [8] \\\"x\\\"\" 0.004",
                        line(midnight + 20),
                        "::1 - a b [15/Nov/2023:00:00:01 +0000] \"GET /odd\"quote\" 400 -",
                        line(midnight + 185),
                        "");
        Trace trace = TraceFiles.read(file("access.log", log), MINUTES).trace();
        assertThat(trace.name()).isEqualTo("access");
        assertThat(trace.step()).isEqualTo(60);
        assertThat(trace.size()).as("the last step is not over").isEqualTo(3);
        double[] counts = {trace.value(0) * 60, trace.value(1) * 60, trace.value(2) * 60};
        assertThat(counts).containsExactly(new double[] {4, 0, 1}, within(1e-9));
    }

    @Test
    void aFewBadLinesArePassedOverAndToldOf() throws Exception {
        var log = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            log.append(line(1_700_000_000L + 5L * i)).append('\n');
        }
        log.append("nonsense\n").append(line(1_600_000_000L)).append('\n');
        TraceRead read = TraceFiles.read(file("a.log", log.toString()), MINUTES);
        assertThat(read.notes())
                .singleElement()
                .asString()
                .contains("2 of 102 lines were passed over; the first: ", "a.log:101: has no time");
        for (int i = 0; i < 10; i++) {
            log.append("nonsense\n");
        }
        assertThatThrownBy(() -> TraceFiles.read(file("b.log", log.toString()), MINUTES))
                .isInstanceOf(InputProblem.class)
                .hasMessageContaining("b.log:101: has no time in brackets")
                .hasMessageContaining("and 12 of 112 lines are no good");
    }

    /** However the lines fall, each is counted once, in its step. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void eachLineIsCountedOnceInItsStep(long seed) throws Exception {
        var random = new Random(seed);
        long time = 1_650_000_000L + random.nextInt(100_000_000);
        long begin = time / 60 * 60;
        var wanted = new int[40];
        var log = new StringBuilder();
        long newest = time;
        for (int i = 0; i < 3000; i++) {
            long at = begin + random.nextInt(2400);
            wanted[(int) ((at - begin) / 60)]++;
            newest = Math.max(newest, at);
            var zone = ZoneOffset.ofTotalSeconds(1800 * (random.nextInt(40) - 20));
            log.append(line(at, zone, "GET /" + "x".repeat(random.nextInt(200)))).append("\r\n");
        }
        Trace trace = TraceFiles.read(file("any.log", log.toString()), MINUTES).trace();
        for (int i = 0; i < trace.size(); i++) {
            assertThat(trace.value(i) * 60).isEqualTo(wanted[i], within(1e-6));
        }
        assertThat(trace.size()).isEqualTo((int) ((newest + 1 - begin) / 60));
    }

    @Test
    void averyLongLineIsOneLine() throws Exception {
        long t = 1_700_006_400L;
        String log =
                line(t)
                        + "\n"
                        + line(t + 1, ZoneOffset.UTC, "GET /" + "x".repeat(300_000))
                        + "\n"
                        + line(t + 119)
                        + "\n";
        Trace trace = TraceFiles.read(file("long.log", log), MINUTES).trace();
        assertThat(trace.value(0) * 60).isEqualTo(2, within(1e-9));
    }

    @Test
    void gzipIsKnownByItsContent() throws Exception {
        var bytes = new ByteArrayOutputStream();
        for (String member : new String[] {"0,1\n60,2\n", "120,5\n"}) {
            try (var gzip = new GZIPOutputStream(bytes)) {
                gzip.write(member.getBytes(StandardCharsets.UTF_8));
            }
        }
        Path file = Files.write(folder.resolve("shop.csv.gz"), bytes.toByteArray());
        Trace trace = TraceFiles.read(file);
        assertThat(trace.name()).isEqualTo("shop");
        assertThat(trace.size()).isEqualTo(3);
        Path unnamed = Files.copy(file, folder.resolve("shop.csv"));
        assertThat(TraceFiles.read(unnamed).peak()).isEqualTo(5);
        byte[] half = Arrays.copyOf(bytes.toByteArray(), bytes.size() - 12);
        Path broken = Files.write(folder.resolve("broken.gz"), half);
        assertThatThrownBy(() -> TraceFiles.read(broken))
                .isInstanceOf(InputProblem.class)
                .hasMessageContaining("broken.gz: is packed with gzip and cut off or damaged");
    }

    @Test
    void whatIsNothingOfTheseIsRefused() throws IOException {
        Path file = file("x.txt", "hello\nworld\n");
        assertThatThrownBy(() -> TraceFiles.read(file))
                .isInstanceOf(InputProblem.class)
                .hasMessageContaining("is in no form that Ebb reads")
                .hasMessageEndingWith("it begins with 'hello'");
        Path semicolons = file("y.csv", "# load\ntime;load\n0;1\n");
        assertThatThrownBy(() -> TraceFiles.read(semicolons))
                .hasMessageContaining("t_seconds,value")
                .hasMessageEndingWith("it begins with 'time;load'");
        Path picture = file("z.csv", "\u0000\u0001PNG\n");
        assertThatThrownBy(() -> TraceFiles.read(picture)).hasMessageEndingWith("it is no text");
        Path empty = file("e.csv", "# nothing yet\n");
        assertThatThrownBy(() -> TraceFiles.read(empty))
                .hasMessageContaining("e.csv: has no line of load in it");
    }

    @Test
    void loadBeyondAllReasonIsRefusedWithItsPlace() throws IOException {
        Path file = file("x.json", matrix("{\"metric\":{},\"values\":[[0,\"1\"],[60,\"1e300\"]]}"));
        assertThatThrownBy(() -> TraceFiles.read(file))
                .isInstanceOf(InputProblem.class)
                .hasMessageContaining("x.json")
                .hasMessageContaining("load");
    }
}
