/**
 * The simulator: a virtual clock, simulated ports with faults, trace readers, rival policies and
 * reports. The same control code runs in it as in production.
 */
@NullMarked
package dev.ebb.sim;

import org.jspecify.annotations.NullMarked;
