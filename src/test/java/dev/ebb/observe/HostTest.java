package dev.ebb.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of the host. */
class HostTest {
    @Test
    void hostIsAsBusyAsItsTimeBetweenTwoReadingsWasNotIdle() {
        var host = new HostCpu();
        assertThat(host.update("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 1")).isEmpty();
        // 30 user, 10 system, 40 idle, 10 waiting, 10 stolen; guest time is user time already.
        double busy = host.update("cpu  130 0 110 840 10 0 0 10 25 0").orElseThrow();
        assertThat(busy).isCloseTo(0.5, within(1e-9));
        assertThat(host.update("cpu  130 0 110 840 10 0 0 10 25 0")).isEmpty();
        assertThat(host.update("nonsense")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0|1", "0-3|4", "0-1,4,6-7|5", "0-127|128"})
    void countsCpus(String list, int count) {
        assertThat(HostShare.countCpus(list)).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "4100.5, 4096", "16384, 16384", "65000, 65536", "3900, 4096"})
    void findsThePageSize(double ratio, long bytes) {
        assertThat(PageSize.nearest(ratio)).isEqualTo(bytes);
    }

    @Test
    void readsAProcessWhoseNameIsMadeToConfuse() {
        String stat =
                "42 (a) R 1 (x) S 7 42 40 0 -1 4194304 1 2 3 4 11 12 13 14 20 0 1 0 999 1000 55 0";
        assertThat(ProcessUsage.parse(stat)).contains(new ProcessUsage(42, 7, 40, 999, 23, 27, 55));
        assertThat(ProcessUsage.parse(stat.replace(") S 7", ") Z 7"))).isEmpty();
        assertThat(ProcessUsage.parse("42 (a")).isEmpty();
        assertThat(ProcessUsage.parse("")).isEmpty();
    }
}
