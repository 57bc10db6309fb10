package dev.ebb.demo;

import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Something that Ebb did to an instance while the demo ran.
 *
 * @param at since the beginning
 * @param inFlightAtPark requests in flight when it was parked; for a stop, those when the instance
 *     had been parked before
 * @param inFlightAtStop requests in flight when it was stopped
 */
public record Action(
        Duration at,
        Kind kind,
        InstanceId instance,
        List<Reason> reasons,
        OptionalInt inFlightAtPark,
        OptionalInt inFlightAtStop) {

    public Action {
        reasons = List.copyOf(reasons);
    }

    /** What was done. A replacement is a start too, and counts as the former only. */
    public enum Kind {
        START,
        PARK,
        RESCUE,
        STOP,
        EJECT,
        READMIT,
        REPLACE;

        /** As written in the report. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
