package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadReportTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    TEXT cpu_utilization=0.7,mem_utilization=0.9,named_metrics.foo=123 | 0.7
                    TEXT cpu_utilization:0.7,application_utilization:0.8,eps:2 | 0.8
                    TEXT cpu_utilization=0.9,application_utilization=0.4 | 0.4
                    TEXT application_utilization=0.4, utilization.queue=0.6 | 0.6
                    TEXT cpu_utilization=0 | 0
                    JSON {"cpu_utilization": 0.3, "named_metrics": {"foo": 5}} | 0.3
                    JSON {"cpuUtilization": 1.5, "utilization": {"pool": 0.2}} | 1.5
                    JSON {"utilization": {"pool": 0.25}} | 0.25
                    """)
    void whatBindsMostIsTheUtilization(String value, double utilization) {
        assertThat(LoadReport.read(value, false).orElseThrow().utilization())
                .isEqualTo(utilization);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''
                    TEXT
                    TEXT cpu_utilization
                    TEXT cpu_utilization=much
                    TEXT cpu_utilization=NaN
                    TEXT cpu_utilization=-0.1
                    TEXT cpu_utilization=1e9
                    TEXT mem_utilization=0.5
                    TEXT named_metrics.foo=1
                    JSON {"cpu_utilization": 0.3
                    JSON {"utilization": {"pool": "full"}}
                    BIN ####
                    BIN CTMzMzMz
                    XML <cpu>1</cpu>
                    cpu_utilization=0.7
                    """)
    void whatIsNotUnderstoodSaysNothing(String value) {
        assertThat(LoadReport.read(value, false)).isEmpty();
    }

    /** cpu 0.5, memory 0.25, utilization {"q": 0.75}, application 0.625, and others beside. */
    private static byte[] message() {
        ByteBuffer out = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) (1 << 3 | 1)).putDouble(0.5);
        out.put((byte) (2 << 3 | 1)).putDouble(0.25);
        out.put((byte) (3 << 3)).put((byte) 0xac).put((byte) 2);
        out.put((byte) (5 << 3 | 2)).put((byte) 12);
        out.put((byte) (1 << 3 | 2)).put((byte) 1).put((byte) 'q');
        out.put((byte) (2 << 3 | 1)).putDouble(0.75);
        out.put((byte) (6 << 3 | 1)).putDouble(1000);
        out.put((byte) (9 << 3 | 1)).putDouble(0.625);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    @Test
    void theBinaryFormIsReadFromEitherField() {
        String padded = Base64.getEncoder().encodeToString(message());
        var expected = new LoadReport(0.75, OptionalDouble.of(0.25));
        assertThat(LoadReport.read("BIN " + padded, false)).contains(expected);
        assertThat(LoadReport.read(padded, true)).contains(expected);
        assertThat(LoadReport.read(padded.replace("=", ""), true)).contains(expected);
    }

    /** Wherever it is cut, it is no report or another one, and no fault. */
    @Test
    void whatIsCutIsNoFault() {
        byte[] whole = message();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = java.util.Arrays.copyOf(whole, length);
            String value = Base64.getEncoder().encodeToString(part);
            LoadReport.read(value, true)
                    .ifPresent(r -> assertThat(r.utilization()).isBetween(0.0, 0.75));
        }
        String random = new String(whole, StandardCharsets.ISO_8859_1);
        assertThat(LoadReport.read("BIN " + random, false)).isEmpty();
    }

    @Test
    void whatIsTooLongIsNotRead() {
        String many = "TEXT cpu_utilization=0.5" + ",named_metrics.a=1".repeat(300);
        assertThat(LoadReport.read(many, false)).isEmpty();
    }
}
