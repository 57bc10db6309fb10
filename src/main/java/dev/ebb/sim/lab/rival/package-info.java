/**
 * Other people's policies, as exactly as their sources and documents tell, and the clairvoyant ones
 * that show what was possible. Each is pure: state and signals in, a number out.
 */
@NullMarked
package dev.ebb.sim.lab.rival;

import org.jspecify.annotations.NullMarked;
