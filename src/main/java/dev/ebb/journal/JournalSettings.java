package dev.ebb.journal;

/**
 * Limits of the journal on disk. The journal holds at most about {@code segments * segmentBytes},
 * the observations at most {@code observationSegments * observationSegmentBytes}, each plus one
 * entry; a segment that nobody ends with a checkpoint is refused at four times its size.
 *
 * @param segmentBytes size from which a segment wants to be followed by the next
 * @param segments segments kept, the current one included
 * @param observationSegmentBytes size of an observations' segment
 * @param observationSegments observations' segments kept, the current one included
 * @param entryBytes largest single entry; a checkpoint of 10,000 instances takes about 3 MB
 * @param observationBytesPerSecond pace above which a service's observations are thinned in time
 * @param rankingKept candidates of a decision's ranking that are written down
 * @param reserveBytes space kept back for durable entries on a full disk; 0 for none
 */
public record JournalSettings(
        long segmentBytes,
        int segments,
        long observationSegmentBytes,
        int observationSegments,
        int entryBytes,
        long observationBytesPerSecond,
        int rankingKept,
        int reserveBytes) {

    private static final int MIB = 1 << 20;

    public static final JournalSettings DEFAULT =
            new JournalSettings(8L * MIB, 8, 16L * MIB, 4, 8 * MIB, 64 * 1024, 32, 256 * 1024);

    public JournalSettings {
        if (segmentBytes < 1
                || segments < 2
                || observationSegmentBytes < 1
                || observationSegments < 2
                || entryBytes < 1024
                || observationBytesPerSecond < 1
                || rankingKept < 1
                || reserveBytes < 0) {
            throw new IllegalArgumentException(
                    "the journal keeps two segments at least, and entries of 1 KiB at least");
        }
    }

    public JournalSettings withSegments(long bytes, int kept) {
        return new JournalSettings(
                bytes,
                kept,
                observationSegmentBytes,
                observationSegments,
                entryBytes,
                observationBytesPerSecond,
                rankingKept,
                reserveBytes);
    }

    public JournalSettings withObservations(long bytes, int kept, long bytesPerSecond) {
        return new JournalSettings(
                segmentBytes,
                segments,
                bytes,
                kept,
                entryBytes,
                bytesPerSecond,
                rankingKept,
                reserveBytes);
    }

    public JournalSettings withReserve(int bytes) {
        return new JournalSettings(
                segmentBytes,
                segments,
                observationSegmentBytes,
                observationSegments,
                entryBytes,
                observationBytesPerSecond,
                rankingKept,
                bytes);
    }
}
