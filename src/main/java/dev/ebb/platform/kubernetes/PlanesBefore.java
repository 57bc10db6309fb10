package dev.ebb.platform.kubernetes;

import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Data planes that an earlier leader served, by the ServiceScale's status, and that have not come
 * to this one. They are waited for as all are after a start; a removal after that rests on their
 * absence, and its record says so. Control thread only.
 */
final class PlanesBefore {
    /** So long, and one that never came is no longer spoken of. */
    private static final Duration FORGET = Duration.ofMinutes(10);

    static final String STATUS = "dataPlanes";
    private static final int MOST = 200;

    private final Set<String> missing;
    private final long sinceNanos;

    PlanesBefore(Collection<String> names, long sinceNanos) {
        this.missing = new TreeSet<>(names);
        this.sinceNanos = sinceNanos;
    }

    /** Takes in who is here; returns whose absence stands in for their acknowledgement. */
    List<Reason> absent(Collection<String> here, Now now) {
        missing.removeAll(here);
        if (now.isPast(sinceNanos, FORGET)) {
            missing.clear();
        }
        double seconds = now.nanosSince(sinceNanos) / 1e9;
        return missing.stream()
                .map(name ->
                        new Reason(
                                "stood_in_absent",
                                ("the data plane %s, which an earlier leader served, has not come"
                                                + " back for %d s; its absence stands in for its"
                                                + " acknowledgement")
                                        .formatted(name, (long) seconds),
                                Map.of("away_s", seconds)))
                .toList();
    }

    /** For the next leader: who is here, and who may still come. */
    List<String> known(Collection<String> here) {
        Set<String> all = new TreeSet<>(missing);
        all.addAll(here);
        return all.stream().limit(MOST).toList();
    }
}
