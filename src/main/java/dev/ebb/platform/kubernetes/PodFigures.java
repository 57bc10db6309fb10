package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import java.util.Optional;

/** Where CPU and memory of one workload's pods are read from. Control thread only. */
interface PodFigures {
    /** What is known of a pod; missing is never zero. */
    Optional<Usage> of(String pod);

    /** Why there are no figures. */
    Optional<Hold> trouble();
}
