package dev.ebb.observe;

import java.util.BitSet;
import java.util.Optional;

/**
 * What all instances share: the CPUs that Ebb may run on and the memory of the machine, or of the
 * control groups that Ebb itself is in, where those have less. In a container that is the
 * container. Immutable.
 */
record HostShare(double cpuCores, long memoryBytes) {

    /** Reads it; {@code ebb} are limits on Ebb itself. */
    static HostShare read(ProcReader proc, Quota ebb) {
        double cpus =
                field(proc.read("self/status"), "Cpus_allowed_list:")
                        .map(HostShare::countCpus)
                        .filter(count -> count > 0)
                        .orElseGet(() -> Runtime.getRuntime().availableProcessors());
        long memory =
                field(proc.read("meminfo"), "MemTotal:")
                        .map(text -> Long.parseLong(text.split(" ", -1)[0]) << 10)
                        .orElseGet(() -> Runtime.getRuntime().maxMemory());
        return new HostShare(
                Math.min(cpus, ebb.cpuCores().orElse(cpus)),
                Math.min(memory, ebb.memoryBytes().orElse(memory)));
    }

    /** Counts {@code 0-3,8}. */
    static int countCpus(String list) {
        var cpus = new BitSet();
        for (String range : list.strip().split(",", -1)) {
            String[] ends = range.split("-", -1);
            cpus.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return cpus.cardinality();
    }

    private static Optional<String> field(Optional<String> text, String name) {
        return text.flatMap(all -> all.lines().filter(line -> line.startsWith(name)).findFirst())
                .map(line -> line.substring(name.length()).strip());
    }
}
