package dev.ebb.core;

import java.util.List;

/**
 * What bounds the number of instances besides the load and the usual range. Immutable.
 *
 * @param schedules known events, each with a floor or a ceiling
 */
public record Bounds(List<Schedule> schedules) {
    public static final Bounds NONE = new Bounds(List.of());

    public Bounds {
        schedules = List.copyOf(schedules);
    }
}
