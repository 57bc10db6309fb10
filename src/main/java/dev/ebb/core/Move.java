package dev.ebb.core;

import java.util.List;

/** A step in an instance's life that facts, not a command, have brought about. */
public record Move(InstanceId id, Lifecycle from, Lifecycle to, List<Reason> reasons) {
    public Move {
        reasons = List.copyOf(reasons);
    }
}
