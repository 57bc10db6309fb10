package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.LoadMemory;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What earlier lives learned of each service's load, as it was last written down among the
 * observations. To lose it costs money for a day, never a request: whatever cannot be read is left
 * out.
 */
final class Learned {
    /** It is written down every few minutes, so it stands in one of the newest segments. */
    private static final int SEGMENTS = 4;

    private static final String MARK = "\"type\":\"remembered\"";

    private Learned() {}

    static Map<ServiceName, LoadMemory> of(SegmentDirectory observations) {
        Map<ServiceName, LoadMemory> learned = new HashMap<>();
        try {
            List<Path> segments = observations.segments();
            int oldest = Math.max(0, segments.size() - SEGMENTS);
            for (int i = segments.size() - 1; i >= oldest; i--) {
                newestOf(SegmentContent.read(segments.get(i)), learned);
            }
        } catch (IOException e) {
            return learned;
        }
        return learned;
    }

    private static void newestOf(SegmentContent content, Map<ServiceName, LoadMemory> learned) {
        for (LineFormat.Frame frame : content.frames().reversed()) {
            if (content.json(frame).contains(MARK)
                    && content.decode(frame) instanceof Stored.Known known
                    && known.entry() instanceof JournalEntry.Remembered remembered) {
                learned.putIfAbsent(remembered.state().name(), remembered.state().load());
            }
        }
    }
}
