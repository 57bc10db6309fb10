/**
 * Metric sources turned into observations: the gateway's endpoint statistics, process and cgroup
 * usage, Prometheus. What could not be read is said to be missing, never guessed.
 */
@NullMarked
package dev.ebb.observe;

import org.jspecify.annotations.NullMarked;
