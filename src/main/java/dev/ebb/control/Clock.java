package dev.ebb.control;

import dev.ebb.core.Now;

/** The time. The simulation has its own. Safe for use by several threads. */
public interface Clock {
    Now now();
}
