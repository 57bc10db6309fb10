package dev.ebb.platform.kubernetes;

import java.util.Optional;

/** Asked right before each write whether it may be made. Any thread; never waits. */
interface Fence {
    Fence OPEN = Optional::empty;

    /** Why nothing may be written now; empty when it may. */
    Optional<String> closed();
}
