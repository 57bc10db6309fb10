/**
 * How much load is coming, how far it may stray from that, and how many instances that is worth:
 * one demand, forecast over the time that a start takes. Pure and immutable, like all of the core.
 */
@NullMarked
package dev.ebb.core.forecast;

import org.jspecify.annotations.NullMarked;
