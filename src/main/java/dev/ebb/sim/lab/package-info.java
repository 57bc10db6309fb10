/**
 * The lab: recorded load, replayed through a model of a service, once for each policy. Policies see
 * no more than they would see live; the clairvoyant ones, which show what was possible, see the
 * whole trace. Nothing in here knows the time or chance: the same trace, model and policy give the
 * same run.
 */
@NullMarked
package dev.ebb.sim.lab;

import org.jspecify.annotations.NullMarked;
