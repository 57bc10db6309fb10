package dev.ebb.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Limits of control groups, version 1, version 2, or both at once. A group's limit holds for all
 * below it, so what holds for a process is the least on the way up to the root. Sources: the
 * kernel's cgroup-v2.rst (cpu.max, memory.max), its cgroup-v1 documents, proc_pid_mountinfo(5).
 *
 * @param root where files of the system are looked for; other than {@code /} in tests only
 */
record Cgroups(Path root) {
    // Version 1 writes the largest number of pages there is for "no limit".
    private static final long UNLIMITED_BYTES = 1L << 60;

    /** The folders of all groups that a process is in, from its own upwards; empty if unknown. */
    Set<Path> of(String pid) {
        var folders = new LinkedHashSet<Path>();
        List<Mount> mounts =
                lines(root.resolve("proc/self/mountinfo")).stream()
                        .flatMap(line -> Mount.parse(line).stream())
                        .toList();
        for (String line : lines(root.resolve("proc/" + pid + "/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3) {
                mounts.stream()
                        .filter(mount -> mount.serves(parts[1]))
                        .forEach(mount -> addUpwards(folders, mount, parts[2]));
            }
        }
        return folders;
    }

    /** The least limit in these folders. */
    Quota quota(Set<Path> folders) {
        Quota least = Quota.NONE;
        for (Path folder : folders) {
            least = least.min(new Quota(cpu(folder), memory(folder)));
        }
        return least;
    }

    private void addUpwards(Set<Path> folders, Mount mount, String group) {
        Path top = root.resolve(mount.point().substring(1));
        String below =
                group.startsWith(mount.root()) ? group.substring(mount.root().length()) : group;
        Path folder = top.resolve(below.substring(below.startsWith("/") ? 1 : 0)).normalize();
        // In a container the path may be one of the host's that is not to be seen from here.
        if (!folder.startsWith(top) || !Files.isDirectory(folder)) {
            folder = top;
        }
        for (Path at = folder; at != null && at.startsWith(top); at = at.getParent()) {
            folders.add(at);
        }
    }

    private static OptionalDouble cpu(Path folder) {
        List<String> max = words(folder.resolve("cpu.max"));
        if (max.isEmpty()) {
            List<String> quota = words(folder.resolve("cpu.cfs_quota_us"));
            List<String> period = words(folder.resolve("cpu.cfs_period_us"));
            max =
                    quota.isEmpty() || period.isEmpty()
                            ? List.of()
                            : List.of(quota.getFirst(), period.getFirst());
        }
        if (max.size() != 2) {
            return OptionalDouble.empty();
        }
        OptionalLong quota = positive(max.get(0));
        OptionalLong period = positive(max.get(1));
        return quota.isPresent() && period.isPresent()
                ? OptionalDouble.of((double) quota.getAsLong() / period.getAsLong())
                : OptionalDouble.empty();
    }

    private static OptionalLong memory(Path folder) {
        for (String name : List.of("memory.max", "memory.limit_in_bytes")) {
            List<String> words = words(folder.resolve(name));
            if (!words.isEmpty()) {
                return positive(words.getFirst());
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong positive(String word) {
        try {
            long value = Long.parseLong(word);
            return value > 0 && value < UNLIMITED_BYTES
                    ? OptionalLong.of(value)
                    : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static List<String> words(Path file) {
        return lines(file).stream()
                .findFirst()
                .map(line -> Arrays.asList(line.strip().split(" +", -1)))
                .orElse(List.of());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * A mounted hierarchy.
     *
     * @param root the group that is seen at the mount point
     * @param controllers of version 1; empty for version 2
     */
    private record Mount(String root, String point, Set<String> controllers) {

        static Optional<Mount> parse(String line) {
            String[] halves = line.split(" - ", 2);
            String[] left = halves[0].split(" ", -1);
            String[] right = halves.length == 2 ? halves[1].split(" ", -1) : new String[0];
            if (left.length < 5 || right.length < 3) {
                return Optional.empty();
            }
            return switch (right[0]) {
                case "cgroup2" -> Optional.of(new Mount(left[3], left[4], Set.of()));
                case "cgroup" ->
                        Optional.of(new Mount(left[3], left[4], Set.of(right[2].split(",", -1))));
                default -> Optional.empty();
            };
        }

        /** Whether a line of {@code /proc/PID/cgroup} with these controllers is about this one. */
        boolean serves(String names) {
            if (names.isEmpty() || controllers.isEmpty()) {
                return names.isEmpty() && controllers.isEmpty();
            }
            return Arrays.stream(names.split(",", -1)).anyMatch(controllers::contains)
                    && (names.contains("cpu") || names.contains("memory"));
        }
    }
}
