package dev.ebb.sim.lab;

import java.util.List;

/**
 * A trace, and what somebody should know who looks at its figures: what was passed over or added
 * up. Immutable.
 *
 * @param notes one line each, with the file
 */
public record TraceRead(Trace trace, List<String> notes) {
    public TraceRead {
        notes = List.copyOf(notes);
    }

    static TraceRead of(Trace trace) {
        return new TraceRead(trace, List.of());
    }
}
