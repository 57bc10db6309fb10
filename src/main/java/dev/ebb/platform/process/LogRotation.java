package dev.ebb.platform.process;

import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.platform.process.LaunchSettings.LogLimits;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the output of instances by copying a file that is too long and cutting it to nothing. The
 * instance keeps its file open (it may outlive Ebb, so there is no pipe in between) and, as it
 * appends, goes on at the new beginning. What it writes between the last byte copied and the cut is
 * lost: microseconds, but not none. Between two calls a file can grow as fast as its instance
 * writes.
 */
final class LogRotation {
    private static final Logger LOG = LoggerFactory.getLogger(LogRotation.class);

    private static final int PASSES_MAX = 100;

    private final LogFiles logs;

    LogRotation(LogFiles logs) {
        this.logs = logs;
    }

    /**
     * Rotates what is too long, and deletes the output of instances that are long gone.
     *
     * @param present instances whose output is not to be deleted
     */
    synchronized void rotate(Map<ServiceName, LogLimits> limits, Set<InstanceId> present) {
        Map<ServiceName, List<InstanceId>> byService =
                logs.instances().stream().collect(Collectors.groupingBy(InstanceId::service));
        byService.forEach((service, ids) -> {
            LogLimits limit = limits.getOrDefault(service, LogLimits.DEFAULT);
            ids.forEach(id -> rotate(id, limit));
            ids.stream()
                    .filter(id -> !present.contains(id))
                    .sorted(Comparator.reverseOrder())
                    .skip(limit.goneMax())
                    .forEach(this::delete);
        });
    }

    private void rotate(InstanceId id, LogLimits limits) {
        try {
            // Left by an Ebb that ended between the cut and the new name.
            if (Files.exists(logs.copying(id))) {
                shift(id, limits);
            }
            if (Files.size(logs.current(id)) <= limits.bytesMax()) {
                return;
            }
            copyAndCut(id, limits);
            shift(id, limits);
        } catch (IOException e) {
            LOG.warn("cannot rotate {}: {}", logs.current(id), e.toString());
        }
    }

    private void copyAndCut(InstanceId id, LogLimits limits) throws IOException {
        Path copy = logs.copying(id);
        try (FileChannel from =
                FileChannel.open(
                        logs.current(id), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            try (FileChannel to =
                    FileChannel.open(
                            copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                long at = 0;
                // Not for ever, should somebody write as fast as this copies.
                for (int pass = 0; pass < PASSES_MAX && at < from.size(); pass++) {
                    at += from.transferTo(at, from.size() - at, to);
                }
            } catch (IOException e) {
                Files.deleteIfExists(copy);
                if (from.size() <= 2 * limits.bytesMax()) {
                    throw e;
                }
                // A full disk: the limit on what is kept matters more than its contents.
                LOG.warn("cannot copy {} ({}); its contents are dropped", logs.current(id), e);
            }
            from.truncate(0);
        }
    }

    private void shift(InstanceId id, LogLimits limits) throws IOException {
        if (!Files.exists(logs.copying(id))) {
            return;
        }
        int last = limits.rotatedMax();
        for (int n = last; Files.deleteIfExists(logs.rotated(id, n)); n++) {
            LOG.debug("deleted output number {} of {}", n, id);
        }
        for (int n = last - 1; n >= 1; n--) {
            if (Files.exists(logs.rotated(id, n))) {
                rename(logs.rotated(id, n), logs.rotated(id, n + 1));
            }
        }
        rename(logs.copying(id), logs.rotated(id, 1));
    }

    private static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private void delete(InstanceId id) {
        for (Path file : logs.files(id)) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn("cannot delete {}: {}", file, e.toString());
            }
        }
    }
}
