package dev.ebb.observe;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads files of {@code /proc} with little garbage, and finds the members of sessions. Looking at
 * every process of the machine each time would cost more than all else, so those that belong to no
 * session of interest are remembered, and looked at again now and then: a pid may be used again.
 * What cannot be read is left out. Not safe for use by several threads.
 */
final class ProcReader {
    private static final int REFRESH_READINGS = 16;

    private final Path root;
    private final byte[] buffer = new byte[16 << 10];
    private Map<Long, Long> sessions = new HashMap<>();
    private final Map<Long, Long> shared = new HashMap<>();
    private int readings;

    ProcReader(Path root) {
        this.root = root;
    }

    /** The contents of a file below the root, up to 16 KiB; empty when it cannot be read. */
    Optional<String> read(String name) {
        try (var in = new FileInputStream(root + "/" + name)) {
            int length = in.readNBytes(buffer, 0, buffer.length);
            return Optional.of(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    Optional<ProcessUsage> usage(long pid) {
        return read(pid + "/stat").flatMap(ProcessUsage::parse);
    }

    /**
     * The part of a process's memory that is backed by files or shared on purpose, in pages. It
     * hardly changes, so it is not read each time.
     */
    long sharedPages(long pid) {
        return shared.computeIfAbsent(
                pid,
                any -> {
                    String[] fields = read(pid + "/statm").orElse("").split(" ", -1);
                    return fields.length < 3 ? 0 : Long.parseLong(fields[2]);
                });
    }

    /** The processes of each of these sessions, by session; none for one that has no process. */
    Map<Long, List<ProcessUsage>> members(Iterable<Long> wanted) {
        var found = new HashMap<Long, List<ProcessUsage>>();
        wanted.forEach(session -> found.put(session, new ArrayList<>()));
        if (readings++ % REFRESH_READINGS == 0) {
            sessions = new HashMap<>();
            shared.clear();
        }
        var present = new HashMap<Long, Long>();
        for (long pid : pids()) {
            Long session = sessions.get(pid);
            if (session != null && !found.containsKey(session) && !found.containsKey(pid)) {
                present.put(pid, session);
                continue;
            }
            usage(pid)
                    .ifPresent(usage -> {
                        present.put(pid, usage.session());
                        List<ProcessUsage> members = found.get(usage.session());
                        if (members != null) {
                            members.add(usage);
                        }
                    });
        }
        sessions = present;
        return found;
    }

    private List<Long> pids() {
        var pids = new ArrayList<Long>();
        String[] names = root.toFile().list();
        if (names != null) {
            for (String name : names) {
                if (Character.isDigit(name.charAt(0))) {
                    pids.add(Long.parseLong(name));
                }
            }
        }
        return pids;
    }
}
