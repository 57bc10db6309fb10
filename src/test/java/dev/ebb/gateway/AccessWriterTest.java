package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.gateway.AccessEntry.End;
import dev.ebb.gateway.AccessLogSettings.Query;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log's thread: with a disk that stalls or is full, and files that become too long. */
class AccessWriterTest {
    private static final int RING = 8;
    private static final AccessLogSettings ALL =
            new AccessLogSettings(Optional.empty(), 1, Duration.ZERO, Query.NONE, 1, 1);
    private static final InetSocketAddress ADDRESS =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final Peer PEER = new Peer(ADDRESS, ADDRESS, Optional.empty(), false);

    /** Collects lines; its disk can be made to stall, or to fail. */
    private static final class Disk implements LogSink {
        final List<String> lines = new CopyOnWriteArrayList<>();
        final CountDownLatch reached = new CountDownLatch(1);
        volatile CountDownLatch stall = new CountDownLatch(0);
        volatile boolean full;

        @Override
        public void write(byte[] text, int length) throws IOException {
            reached.countDown();
            try {
                stall.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (full) {
                throw new IOException("No space left on device");
            }
            lines.addAll(new String(text, 0, length, StandardCharsets.US_ASCII).lines().toList());
        }

        @Override
        public void close() {}
    }

    private static void log(AccessTap tap, int status) {
        AccessEntry entry = tap.begin(PEER, "HTTP/1.1", RequestIds.NONE, System.nanoTime());
        entry.done(End.COMPLETE, status, System.nanoTime());
    }

    @Test
    void aDiskThatStallsCostsLinesAndNoTime() throws InterruptedException {
        var disk = new Disk();
        disk.stall = new CountDownLatch(1);
        try (var log = new AccessLog(ALL, disk, 1, RING)) {
            log(log.tap(0), 200);
            assertThat(disk.reached.await(10, TimeUnit.SECONDS)).isTrue();
            // The thread hangs in its first write. What comes now returns at once, and is bounded.
            for (int i = 0; i < 1000; i++) {
                log(log.tap(0), 300 + i % 100);
            }
            assertThat(log.dropped()).isEqualTo(1000 - RING);
            assertThat(log.written()).isZero();
            disk.stall.countDown();
            await().until(() -> log.written() == 1 + RING);
            await().until(() -> disk.lines.size() == 1 + RING + 1);
            assertThat(disk.lines.getLast()).endsWith(",\"dropped\":" + (1000 - RING) + "}");
            // Said once.
            log(log.tap(0), 200);
            await().until(() -> disk.lines.size() == 1 + RING + 2);
            assertThat(disk.lines.getLast()).contains("\"status\":200");
            assertThat(log.dropped()).isEqualTo(1000 - RING);
        }
    }

    @Test
    void aFullDiskIsCountedAndSaidOnceThereIsRoom() {
        var disk = new Disk();
        disk.full = true;
        try (var log = new AccessLog(ALL, disk, 2, RING)) {
            log(log.tap(0), 200);
            log(log.tap(1), 200);
            await().until(() -> log.dropped() == 2);
            disk.full = false;
            await().until(() -> !disk.lines.isEmpty());
            assertThat(disk.lines).singleElement().asString().endsWith(",\"dropped\":2}");
            log(log.tap(1), 201);
            await().until(() -> log.written() == 1);
        }
    }

    @Test
    void closingWritesWhatThereIs() {
        var disk = new Disk();
        var log = new AccessLog(ALL, disk, 1, RING);
        for (int i = 0; i < RING; i++) {
            log(log.tap(0), 200);
        }
        log.close();
        assertThat(disk.lines).hasSize(RING);
    }

    @Test
    void closingDoesNotWaitForADiskForEver() throws InterruptedException {
        var disk = new Disk();
        disk.stall = new CountDownLatch(1);
        var log = new AccessLog(ALL, disk, 1, RING);
        log(log.tap(0), 200);
        assertThat(disk.reached.await(10, TimeUnit.SECONDS)).isTrue();
        log.close();
        disk.stall.countDown();
        await().until(() -> log.written() == 1);
    }

    @Test
    void entriesAreUsedAgain() {
        var disk = new Disk();
        try (var log = new AccessLog(ALL, disk, 1, RING)) {
            AccessTap tap = log.tap(0);
            var seen = Collections.newSetFromMap(new IdentityHashMap<AccessEntry, Boolean>());
            for (int i = 0; i < 1000; i++) {
                AccessEntry entry = tap.begin(PEER, "HTTP/1.1", RequestIds.NONE, 0);
                seen.add(entry);
                entry.done(End.COMPLETE, 200, 1);
            }
            // Those of the ring, and the one that was made for the first request.
            assertThat(seen).hasSizeLessThanOrEqualTo(RING + 1);
        }
    }

    @Test
    void aShareOfTheRestIsKept() {
        var disk = new Disk();
        var tenth = new AccessLogSettings(Optional.empty(), 0.1, Duration.ZERO, Query.NONE, 1, 1);
        try (var log = new AccessLog(tenth, disk, 1, 1 << 14)) {
            for (int i = 0; i < 10_000; i++) {
                log(log.tap(0), 200);
            }
            log(log.tap(0), 503);
            await().until(() -> disk.lines.getLast().contains("503"));
            assertThat(disk.lines.size()).isBetween(700, 1300);
        }
    }

    // ---- Files

    private static void write(RotatingFile file, String line) throws IOException {
        byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
        file.write(bytes, bytes.length);
    }

    @Test
    void aFileThatIsTooLongMakesWay(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("log");
        try (var file = new RotatingFile(path, 10, 3)) {
            for (int i = 1; i <= 7; i++) {
                write(file, "line" + i + "\n");
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files)
                    .extracting(f -> f.getFileName().toString())
                    .containsExactlyInAnyOrder("log", "log.1", "log.2");
        }
        assertThat(path).hasContent("line7\n");
        assertThat(folder.resolve("log.1")).hasContent("line6\n");
        assertThat(folder.resolve("log.2")).hasContent("line5\n");
    }

    @Test
    void whatIsThereIsGoneOnWith(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("log");
        Files.writeString(path, "old\n");
        try (var file = new RotatingFile(path, 10, 1)) {
            write(file, "new\n");
            assertThat(path).hasContent("old\nnew\n");
            write(file, "newer\n");
            assertThat(path).hasContent("newer\n");
        }
    }

    @Test
    void aFailureIsNotForEver(@TempDir Path folder) throws IOException {
        Path path = Files.createDirectory(folder.resolve("logs")).resolve("log");
        var file = new RotatingFile(path, 5, 2);
        write(file, "one\n");
        Files.delete(path);
        Files.delete(folder.resolve("logs"));
        assertThatThrownBy(() -> write(file, "two\n")).isInstanceOf(IOException.class);
        Files.createDirectory(folder.resolve("logs"));
        write(file, "three\n");
        file.close();
        assertThat(path).hasContent("three\n");
    }
}
