package dev.ebb.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Allowance;
import dev.ebb.core.Allowance.Source;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Declared, else a quota, else a fair share; on a machine made of files. */
class AllowancesTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final ServiceName API = new ServiceName("api");
    private static final InstanceId WEB_1 = new InstanceId(WEB, 1);
    private static final OptionalLong PID = OptionalLong.of(77);
    private static final long GIB = 1L << 30;
    private static final String V2 =
            "31 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
    private static final String V1 =
            """
            31 23 0:26 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            32 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            33 23 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
            34 23 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            """;

    @TempDir Path root;

    @BeforeEach
    void aMachineOfEightCpusAnd16Gib() throws IOException {
        write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n");
        write("proc/self/status", "Name:\tebb\nCpus_allowed_list:\t0-7\n");
        write("proc/self/mountinfo", V2);
        write("proc/self/cgroup", "0::/user/ebb\n");
        write("proc/77/cgroup", "0::/user/ebb\n");
        Files.createDirectories(root.resolve("sys/fs/cgroup/user/ebb"));
    }

    @Test
    void sharesTheHostAmongAllInstancesThatThereMayBe() {
        Allowance web = allowance(undeclared(6, 2));
        assertThat(web)
                .isEqualTo(
                        new Allowance(
                                1.0,
                                Source.FAIR_SHARE,
                                2 * GIB,
                                Source.FAIR_SHARE,
                                OptionalDouble.empty()));
    }

    @Test
    void takesWhatIsDeclaredOverAllElse() throws IOException {
        inGroupOfItsOwn();
        var declared =
                new ServiceResources(
                        OptionalDouble.of(2.5), OptionalLong.of(GIB), OptionalDouble.of(32), 3);
        assertThat(allowance(Map.of(WEB, declared)))
                .isEqualTo(
                        new Allowance(
                                2.5, Source.DECLARED, GIB, Source.DECLARED, OptionalDouble.of(32)));
    }

    @Test
    void takesTheLeastQuotaOnTheWayUpFromAGroupOfTheInstancesOwn() throws IOException {
        inGroupOfItsOwn();
        assertThat(allowance(undeclared(4, 4)))
                .isEqualTo(
                        new Allowance(
                                0.5,
                                Source.QUOTA,
                                256 << 20,
                                Source.QUOTA,
                                OptionalDouble.empty()));
    }

    @Test
    void aQuotaThatEbbSharesMakesTheHostSmaller() throws IOException {
        write("sys/fs/cgroup/user/cpu.max", "200000 100000\n");
        write("sys/fs/cgroup/user/ebb/memory.max", (4 * GIB) + "\n");
        Allowance web = allowance(undeclared(2, 2));
        assertThat(web.cpuCores()).isEqualTo(0.5);
        assertThat(web.cpuSource()).isEqualTo(Source.FAIR_SHARE);
        assertThat(web.memoryBytes()).isEqualTo(GIB);
    }

    @Test
    void readsAContainerWhoseRootIsItsGroup() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        write("proc/77/cgroup", "0::/\n");
        write("sys/fs/cgroup/cpu.max", "400000 100000\n");
        assertThat(allowance(undeclared(4, 4)).cpuCores()).isEqualTo(0.5);
    }

    @Test
    void readsVersion1WithOneMountPerController() throws IOException {
        write("proc/self/mountinfo", V1);
        write("proc/self/cgroup", "4:memory:/\n3:pids:/x\n2:cpu,cpuacct:/\n0::/\n");
        write("proc/77/cgroup", "4:memory:/web\n3:pids:/x\n2:cpu,cpuacct:/web/one\n0::/\n");
        String cpu = "sys/fs/cgroup/cpu,cpuacct/";
        write(cpu + "cpu.cfs_quota_us", "-1\n");
        write(cpu + "cpu.cfs_period_us", "100000\n");
        write(cpu + "web/cpu.cfs_quota_us", "150000\n");
        write(cpu + "web/cpu.cfs_period_us", "50000\n");
        write(cpu + "web/one/cpu.cfs_quota_us", "-1\n");
        write(cpu + "web/one/cpu.cfs_period_us", "100000\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/web/memory.limit_in_bytes", GIB + "\n");
        Allowance web = allowance(undeclared(4, 4));
        assertThat(web.cpuCores()).isEqualTo(3.0);
        assertThat(web.memoryBytes()).isEqualTo(GIB);
        assertThat(web.cpuSource()).isEqualTo(Source.QUOTA);
        assertThat(web.memorySource()).isEqualTo(Source.QUOTA);
    }

    @Test
    void readsVersion1InAContainerThatSeesOnlyItsOwnPart() throws IOException {
        write(
                "proc/self/mountinfo",
                "31 23 0:26 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n");
        write("proc/self/cgroup", "2:cpu:/docker/abc\n");
        write("proc/77/cgroup", "2:cpu:/docker/abc/web\n");
        write("sys/fs/cgroup/cpu/web/cpu.cfs_quota_us", "70000\n");
        write("sys/fs/cgroup/cpu/web/cpu.cfs_period_us", "100000\n");
        Allowance web = allowance(undeclared(4, 4));
        assertThat(web.cpuCores()).isEqualTo(0.7);
        assertThat(web.memorySource()).isEqualTo(Source.FAIR_SHARE);
    }

    @Test
    void givesTheSameAnswerAfterTheProcessIsGone() throws IOException {
        inGroupOfItsOwn();
        var allowances = allowances(undeclared(4, 4));
        assertThat(allowances.of(WEB_1, OptionalLong.empty()).cpuSource())
                .isEqualTo(Source.FAIR_SHARE);
        Allowance alive = allowances.of(WEB_1, PID);
        assertThat(alive.cpuSource()).isEqualTo(Source.QUOTA);
        Files.delete(root.resolve("proc/77/cgroup"));
        assertThat(allowances.of(WEB_1, PID)).isEqualTo(alive);
        assertThat(allowances.of(WEB_1, OptionalLong.empty())).isEqualTo(alive);
    }

    private void inGroupOfItsOwn() throws IOException {
        write("proc/77/cgroup", "0::/user/web/web-1\n");
        write("sys/fs/cgroup/user/cpu.max", "max 100000\n");
        write("sys/fs/cgroup/user/web/cpu.max", "50000 100000\n");
        write("sys/fs/cgroup/user/web/web-1/cpu.max", "150000 100000\n");
        write("sys/fs/cgroup/user/web/memory.max", "max\n");
        write("sys/fs/cgroup/user/web/web-1/memory.max", (256L << 20) + "\n");
    }

    private static Map<ServiceName, ServiceResources> undeclared(int web, int api) {
        return Map.of(WEB, ServiceResources.undeclared(web), API, ServiceResources.undeclared(api));
    }

    private Allowance allowance(Map<ServiceName, ServiceResources> services) {
        return allowances(services).of(WEB_1, PID);
    }

    private Allowances allowances(Map<ServiceName, ServiceResources> services) {
        return new Allowances(services, new Cgroups(root), new ProcReader(root.resolve("proc")));
    }

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
