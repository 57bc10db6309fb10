package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of figures are read, or refused with the line that is wrong. */
class CsvTracesTest {
    @TempDir private Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("shop.eu.csv"), content);
    }

    private Trace read(String content) throws IOException, InputProblem {
        return read(file(content));
    }

    private static Trace read(Path file) throws IOException, InputProblem {
        return new CsvTraces().read(new TraceSource(file), TraceOptions.DEFAULT).trace();
    }

    private static boolean accepts(Path file) throws IOException {
        return new CsvTraces().accepts(new TraceSource(file));
    }

    @Test
    void commentsNamesAndGaps() throws Exception {
        Trace trace =
                read(
                        """
                        # title: shop
                        t_seconds,value
                        0,1
                        60,2.5
                        # here
                        180,4e1
                        240,nan
                        300,
                        """);
        assertThat(trace.name()).isEqualTo("shop.eu");
        assertThat(trace.step()).isEqualTo(60);
        assertThat(trace.size()).isEqualTo(6);
        assertThat(trace.gaps()).isEqualTo(3);
        assertThat(trace.value(2)).as("the last one that is known").isEqualTo(2.5);
        assertThat(trace.value(5)).isEqualTo(40);
        assertThat(trace.peak()).isEqualTo(40);
    }

    @Test
    void timesMayBeginAnywhereAndBeALittleOff() throws Exception {
        Trace trace = read("1732600000.4,1\n1732600015.1,2\n1732600030,3\n1732600045,4\n");
        assertThat(trace.size()).isEqualTo(4);
        assertThat(trace.gaps()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0,1\\n5,x|:2: 'x' is not a number",
                "0,1\\n5,-2|:2: load cannot be negative",
                "0,1\\n5,1e999|:2: '1e999' is too large",
                "0,1\\n5,2e15\\n10,1|:2: load of more than 1e15",
                "0,1\\n5,0x1p3|:2: '0x1p3' is not a number",
                "0,1\\n0,2|:2: time 0 does not come after 0",
                "0,1\\n5,2,3|:2: wants t_seconds,value and finds '5,2,3'",
                "0,1\\n5,2\\n10,3\\n12,4\\n15,4|:4: time 12 is not on the step of 5 s",
                "0,1\\n5,2\\n10,3\\n15,3\\n1e12,4|:5: with gaps, more than 50000000 steps",
                "# nothing|a trace needs at least two lines of t_seconds,value; there are 0",
                "0,\\n5,nan|a trace needs a value"
            })
    void whatIsWrongIsSaidWithItsLine(String content, String message) throws IOException {
        Path file = file(content.replace("\\n", "\n"));
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(InputProblem.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void itKnowsItsOwnForm() throws IOException {
        assertThat(accepts(file("# x\n\nt_seconds,value\n0,1\n"))).isTrue();
        assertThat(accepts(file("{\"status\":\"success\"}"))).isFalse();
        Path binary = Files.write(folder.resolve("b"), new byte[] {(byte) 0x7f, (byte) 0x8b, 8});
        assertThat(accepts(binary)).isFalse();
    }
}
