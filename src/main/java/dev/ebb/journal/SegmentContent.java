package dev.ebb.journal;

import dev.ebb.journal.LineFormat.Frame;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment as it lies on disk: its sound lines in order, and what is not sound. Reading goes on
 * after a corrupt line, because a later one may be all that tells of an instance; and where a line
 * feed was destroyed, the two lines that it parted are still told apart.
 */
final class SegmentContent {

    /** Far above any segment that Ebb writes. */
    private static final int MOST_BYTES = 512 << 20;

    private final Path file;
    private final byte[] bytes;
    private final List<Frame> frames;
    private final List<Damage> damage;
    private final long wholeBytes;

    private SegmentContent(Scan scan, long wholeBytes) {
        this.file = scan.file;
        this.bytes = scan.bytes;
        this.frames = List.copyOf(scan.frames);
        this.damage = List.copyOf(scan.damage);
        this.wholeBytes = wholeBytes;
    }

    static SegmentContent read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES);
            if (in.read() != -1) {
                throw new IOException("larger than " + MOST_BYTES + " bytes, no segment of Ebb's");
            }
            return scan(file, bytes);
        }
    }

    static SegmentContent scan(Path file, byte[] bytes) {
        var scan = new Scan(file, bytes);
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                scan.line(from, i);
                from = i + 1;
            }
        }
        long whole = from;
        if (from < bytes.length && scan.tail(from)) {
            whole = bytes.length;
        }
        return new SegmentContent(scan, whole);
    }

    Path file() {
        return file;
    }

    long size() {
        return bytes.length;
    }

    /** The sound lines, in order. */
    List<Frame> frames() {
        return frames;
    }

    List<Damage> damage() {
        return damage;
    }

    /** Up to where the file consists of sound or ended lines; what follows is torn. */
    long wholeBytes() {
        return wholeBytes;
    }

    /** A line's content as it stands. */
    String json(Frame frame) {
        int length = frame.jsonTo() - frame.jsonFrom();
        return new String(bytes, frame.jsonFrom(), length, StandardCharsets.UTF_8);
    }

    /** Whether the last line is sound but lacks its line feed. */
    boolean lacksLineFeed() {
        return wholeBytes > 0 && bytes[(int) wholeBytes - 1] != '\n';
    }

    Stored decode(Frame frame) {
        return EntryCodec.decode(frame.sequence(), bytes, frame.jsonFrom(), frame.jsonTo());
    }

    private static final class Scan {
        final Path file;
        final byte[] bytes;
        final List<Frame> frames = new ArrayList<>();
        final List<Damage> damage = new ArrayList<>();

        Scan(Path file, byte[] bytes) {
            this.file = file;
            this.bytes = bytes;
        }

        void line(int from, int to) {
            if (from == to) {
                return;
            }
            LineFormat.parse(bytes, from, to).ifPresentOrElse(frames::add, () -> cut(from, to));
        }

        /** What follows the last line feed; true when it is an entry all the same. */
        boolean tail(int from) {
            int sound = frames.size();
            int damaged = damage.size();
            line(from, bytes.length);
            if (frames.size() > sound) {
                return true;
            }
            damage.subList(damaged, damage.size()).clear();
            damage.add(
                    new Damage(
                            file,
                            from,
                            bytes.length - from,
                            Damage.Kind.TORN,
                            "an entry that was cut short at the end, before it was acknowledged"));
            return false;
        }

        /** Cuts a bad line wherever another seems to begin, and keeps the pieces that are sound. */
        private void cut(int from, int to) {
            int piece = from;
            for (int i = from + 1; i < to; i++) {
                if (LineFormat.hasHeader(bytes, i, to)) {
                    piece(piece, i);
                    piece = i;
                }
            }
            piece(piece, to);
        }

        /** The last byte may be what became of a line feed. */
        private void piece(int from, int to) {
            LineFormat.parse(bytes, from, to)
                    .or(() -> LineFormat.parse(bytes, from, to - 1))
                    .ifPresentOrElse(frames::add, () -> lost(from, to));
        }

        private void lost(int from, int to) {
            damage.add(
                    new Damage(
                            file,
                            from,
                            to - from,
                            Damage.Kind.CORRUPT,
                            "the check sum is wrong; what stood there is lost"));
        }
    }
}
