package dev.ebb.core;

import java.util.List;

/** A command and why. */
public record Planned(Command command, List<Reason> reasons) {
    public Planned {
        reasons = List.copyOf(reasons);
    }
}
