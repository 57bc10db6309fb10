package dev.ebb.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ebb.control.MetricSource.Metrics;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real processes, held against what {@code /proc} says of them at the same time. */
class ProcessMetricsTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final long NANOS_PER_TICK = 10_000_000;

    private final List<Process> started = new ArrayList<>();
    private final Map<InstanceId, Long> leaders = new HashMap<>();
    private final ProcessMetrics metrics =
            new ProcessMetrics(Map.of(WEB, ServiceResources.undeclared(4)), this::leader);

    @AfterEach
    void endWhatWasStarted() throws Exception {
        for (Process process : started) {
            // The whole group, which it leads as it leads its session: a shell's children too.
            String line = "kill -9 -" + process.pid();
            new ProcessBuilder("sh", "-c", line).start().waitFor();
            process.waitFor();
        }
    }

    @Test
    void countsTheCpuTimeThatABusyLoopBurns() throws IOException {
        InstanceId busy = start("while :; do :; done");
        InstanceId idle = start("sleep 1000");
        var first = awaitCpu(busy, 0.1);
        await().until(() -> {
            long before = ticks(busy);
            ProcessReading reading = readingOf(busy);
            long after = ticks(busy);
            assertThat(reading.cpuNanosTotal())
                    .isBetween(before * NANOS_PER_TICK, after * NANOS_PER_TICK);
            return reading.cpuNanosTotal() - first.cpuNanosTotal()
                    > TimeUnit.MILLISECONDS.toNanos(300);
        });
        assertThat(readingOf(idle).cpuNanosTotal()).isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void countsChildrenAndKeepsTheirTimeWhenTheyEnd() throws IOException {
        // The child that burns ends by itself; the leader waits for it and goes on idle.
        InstanceId family =
                start(
                        "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done' & wait;"
                                + " sleep 1000");
        long[] total = {0};
        await().atMost(Duration.ofSeconds(30))
                .until(() -> {
                    ProcessReading reading = readingOf(family);
                    assertThat(reading.cpuNanosTotal()).isGreaterThanOrEqualTo(total[0]);
                    total[0] = reading.cpuNanosTotal();
                    return total[0] > TimeUnit.MILLISECONDS.toNanos(100)
                            && ticks(family) * NANOS_PER_TICK >= total[0];
                });
        assertThat(readingOf(family).cpuNanosTotal()).isEqualTo(ticks(family) * NANOS_PER_TICK);
    }

    @Test
    void seesTheMemoryOfAllProcesses() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "/usr/bin/python3 is not here");
        String big = "/usr/bin/python3 -c 'import time; b=bytearray(50_000_000); time.sleep(1000)'";
        InstanceId two = start(big + " & " + big + " & wait");
        await().until(() -> readingOf(two).memoryBytes() > 100_000_000);
        assertThat(readingOf(two).memoryBytes()).isLessThan(150_000_000);
    }

    @Test
    void leavesOutWhatItCannotRead() throws Exception {
        InstanceId here = start("sleep 1000");
        InstanceId ended = start("sleep 1000");
        var never = new InstanceId(WEB, 99);
        assertThat(read(here, ended, never).readings()).containsOnlyKeys(here, ended);
        started.getLast().destroyForcibly().waitFor();
        assertThat(read(here, ended, never).readings()).containsOnlyKeys(here);
    }

    @Test
    void tellsHowBusyTheHostIsFromTheSecondReadingOn() {
        InstanceId busy = start("while :; do :; done");
        assertThat(read(busy).hostCpuBusy()).isEmpty();
        await().until(() -> read(busy).hostCpuBusy().orElse(0) > 0.1);
        assertThat(read(busy).hostCpuBusy().orElse(0)).isBetween(0.0, 1.0);
    }

    @Test
    void sharesTheRealHostAmongTheInstances() {
        var allowance = metrics.allowance(new InstanceId(WEB, 1));
        assertThat(allowance.cpuCores())
                .isPositive()
                .isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors() / 4.0);
        assertThat(allowance.memoryBytes()).isGreaterThan(1 << 20);
    }

    private InstanceId start(String line) {
        try {
            Process process = new ProcessBuilder("setsid", "sh", "-c", line).start();
            started.add(process);
            var id = new InstanceId(WEB, started.size());
            leaders.put(id, process.pid());
            // Until it leads a session it is nobody's instance.
            await().until(() -> stat(id)[3].equals(Long.toString(process.pid())));
            return id;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ProcessReading awaitCpu(InstanceId id, double seconds) {
        return await().until(
                        () -> readingOf(id), reading -> reading.cpuNanosTotal() > seconds * 1e9);
    }

    private ProcessReading readingOf(InstanceId id) {
        return Optional.ofNullable(read(id).readings().get(id)).orElseThrow();
    }

    private Metrics read(InstanceId... ids) {
        return metrics.read(List.of(ids), new Now(System.nanoTime(), 0));
    }

    private OptionalLong leader(InstanceId id) {
        return Optional.ofNullable(leaders.get(id))
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    /** CPU time of the leader and of the children that it has waited for. */
    private long ticks(InstanceId id) throws IOException {
        String[] fields = stat(id);
        long ticks = 0;
        for (int i = 11; i <= 14; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks;
    }

    private String[] stat(InstanceId id) throws IOException {
        String all =
                Files.readString(Path.of("/proc", Long.toString(leader(id).orElseThrow()), "stat"));
        return all.substring(all.lastIndexOf(')') + 2).split(" ");
    }
}
