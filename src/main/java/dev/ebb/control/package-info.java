/**
 * The control loop, as a single-threaded {@code step(now)}: observe, decide, check again, journal,
 * act, recover. Declares the ports that the outer rooms implement.
 */
@NullMarked
package dev.ebb.control;

import org.jspecify.annotations.NullMarked;
