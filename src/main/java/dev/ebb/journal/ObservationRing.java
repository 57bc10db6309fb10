package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where observations go: a ring of segments of its own, written to the operating system and never
 * forced, so that losing its end costs a replay and nothing else.
 *
 * <p>Large observations are thinned in time, never in content, because half an observation would be
 * replayed to another decision: a service that writes more than the settings' bytes a second has
 * observations skipped whole, and the next one says how many. With about 250 bytes for an instance,
 * that begins at some 250 instances with a tick of a second. One thread only.
 */
final class ObservationRing implements AutoCloseable {
    private static final long CREDIT_MILLIS = 5_000;
    private static final int BYTES_PER_INSTANCE = 250;

    private final SegmentDirectory directory;
    private final JournalSettings settings;
    private final Map<ServiceName, Pace> paces = new HashMap<>();
    private Optional<SegmentFile> current = Optional.empty();

    ObservationRing(SegmentDirectory directory, JournalSettings settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** Whether this one is to be left out. Takes note of it, if so. */
    boolean skips(JournalEntry.Observed observed) {
        var observation = observed.observation();
        var pace = paces.computeIfAbsent(observation.service(), name -> new Pace());
        return pace.skips(observed.wallMillis(), observation.instances().size());
    }

    /** How many of this service were skipped since the last that was written. */
    int skipped(ServiceName service) {
        var pace = paces.get(service);
        return pace == null ? 0 : pace.skipped;
    }

    /** One that was to be written could not be. */
    void lost(ServiceName service) {
        paces.computeIfAbsent(service, name -> new Pace()).skipped++;
    }

    void write(long sequence, byte[] line) throws IOException {
        segmentFor(sequence).write(line);
    }

    /** An observation was written; it counts against its service's pace. */
    void wrote(JournalEntry.Observed observed, int bytes) {
        var observation = observed.observation();
        var pace = paces.get(observation.service());
        if (pace != null) {
            pace.wrote(bytes, observation.instances().size());
        }
    }

    private SegmentFile segmentFor(long sequence) throws IOException {
        if (current.isPresent() && !current.get().isStillThere()) {
            close();
        }
        if (current.isPresent() && current.get().length() < settings.observationSegmentBytes()) {
            return current.get();
        }
        close();
        directory.create();
        var segment = SegmentFile.create(directory.fileFor(sequence, false));
        current = Optional.of(segment);
        directory.drop(settings.observationSegments());
        return segment;
    }

    @Override
    public void close() {
        current.ifPresent(SegmentFile::close);
        current = Optional.empty();
    }

    /** A budget of bytes that refills with time, for one service. */
    private final class Pace {
        private final double bytesPerMilli = settings.observationBytesPerSecond() / 1000.0;
        private double bytesPerInstance = BYTES_PER_INSTANCE;
        private double credit = Double.MAX_VALUE;
        private long lastMillis;
        private int skipped;

        /** The credit may pile up to five seconds' worth, and always to one observation's. */
        boolean skips(long wallMillis, int instances) {
            double size = bytesPerInstance * Math.max(1, instances);
            double most = Math.max(size, CREDIT_MILLIS * bytesPerMilli);
            // The wall clock may jump; neither way may it stop the record or flood it.
            long passed = Math.clamp(wallMillis - lastMillis, 0L, 60_000L);
            lastMillis = wallMillis;
            credit = Math.min(credit + passed * bytesPerMilli, most);
            if (credit >= size) {
                return false;
            }
            skipped++;
            return true;
        }

        void wrote(int bytes, int instances) {
            skipped = 0;
            credit -= bytes;
            bytesPerInstance = (double) bytes / Math.max(1, instances);
        }
    }
}
