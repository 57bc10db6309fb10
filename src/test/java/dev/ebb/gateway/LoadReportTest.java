package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.EndpointSink.Told;
import dev.ebb.control.OrcaFigures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
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
                    TEXT named_metrics.foo=1 | 0
                    JSON {"cpu_utilization": 0.3, "named_metrics": {"foo": 5}} | 0.3
                    JSON {"cpuUtilization": 1.5, "utilization": {"pool": 0.2}} | 1.5
                    JSON {"utilization": {"pool": 0.25}} | 0.25
                    """)
    void whatBindsMostIsTheUtilization(String value, double utilization) {
        assertThat(told(LoadReport.read(value, false)).utilization()).isEqualTo(utilization);
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
                    TEXT named_metrics.foo=-1
                    TEXT named_metrics.=1
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

    private static Told told(Optional<LoadReport> report) {
        return report.orElseThrow().figures().told(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    TEXT cpu_utilization=0.5,named_metrics.j=7,eps=2,rps_fractional=3
                    JSON {"cpuUtilization":0.5,"namedMetrics":{"j":7},"eps":2,"rpsFractional":3}
                    JSON {"cpu_utilization":0.5,"named_metrics":{"j":7},"eps":2,"rps_fractional":3}
                    """)
    void figuresHaveTheSameNamesInEachForm(String value) {
        assertThat(told(LoadReport.read(value, false)).figures())
                .isEqualTo(
                        Map.of(
                                "cpu_utilization", 0.5,
                                "named_metrics.j", 7.0,
                                "eps", 2.0,
                                "rps_fractional", 3.0));
    }

    @Test
    void whatAFigureCannotBeIsIgnoredAndCountedAndTheRestStands() {
        String odd =
                "TEXT cpu_utilization=0.5,named_metrics.a=NaN,named_metrics.b=-1,eps=Infinity,"
                        + "named_metrics.c=3,named_metrics."
                        + "x".repeat(100)
                        + "=1";
        LoadReport report = LoadReport.read(odd, false).orElseThrow();
        assertThat(report.figures().values())
                .isEqualTo(Map.of("cpu_utilization", 0.5, "named_metrics.c", 3.0));
        assertThat(report.figures().ignored()).isEqualTo(3);
        var many = new StringBuilder("TEXT cpu_utilization=0.5");
        for (int i = 0; i < 50; i++) {
            many.append(",named_metrics.m").append(i).append("=1");
        }
        report = LoadReport.read(many.toString(), false).orElseThrow();
        assertThat(report.figures().values()).hasSize(OrcaFigures.MOST);
        assertThat(report.figures().ignored()).isEqualTo(51 - OrcaFigures.MOST);
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
        out.put((byte) (8 << 3 | 2)).put((byte) 12);
        out.put((byte) (1 << 3 | 2)).put((byte) 1).put((byte) 'j');
        out.put((byte) (2 << 3 | 1)).putDouble(12);
        out.put((byte) (9 << 3 | 1)).putDouble(0.625);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    @Test
    void theBinaryFormIsReadFromEitherField() {
        String padded = Base64.getEncoder().encodeToString(message());
        Map<String, Double> all =
                Map.of(
                        "cpu_utilization", 0.5,
                        "mem_utilization", 0.25,
                        "utilization.q", 0.75,
                        "rps_fractional", 1000.0,
                        "named_metrics.j", 12.0,
                        "application_utilization", 0.625);
        var expected = new Told(0.75, OptionalDouble.of(0.25), all, 1);
        assertThat(told(LoadReport.read("BIN " + padded, false))).isEqualTo(expected);
        assertThat(told(LoadReport.read(padded, true))).isEqualTo(expected);
        assertThat(told(LoadReport.read(padded.replace("=", ""), true))).isEqualTo(expected);
    }

    /** Wherever it is cut, it is no report or another one, and no fault. */
    @Test
    void whatIsCutIsNoFault() {
        byte[] whole = message();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = java.util.Arrays.copyOf(whole, length);
            String value = Base64.getEncoder().encodeToString(part);
            LoadReport.read(value, true)
                    .ifPresent(r ->
                            assertThat(r.figures().told(1).utilization()).isBetween(0.0, 0.75));
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
