package dev.ebb.core;

import java.util.List;

/**
 * What bounds the number of instances besides the load and the usual range. Immutable.
 *
 * @param schedules known events, each with a floor or a ceiling
 * @param notBelow callers whose instances it keeps up with
 */
public record Bounds(List<Schedule> schedules, List<NotBelow> notBelow) {
    public static final Bounds NONE = new Bounds(List.of(), List.of());

    public Bounds {
        schedules = List.copyOf(schedules);
        notBelow = List.copyOf(notBelow);
    }
}
