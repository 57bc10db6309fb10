/**
 * A simulator of the balancer alone: the real {@link dev.ebb.balance.Balancer} under a discrete
 * event model of instances, on virtual time, seeded. Prints which strategy does how well when.
 */
@NullMarked
package dev.ebb.sim.balancer;

import org.jspecify.annotations.NullMarked;
