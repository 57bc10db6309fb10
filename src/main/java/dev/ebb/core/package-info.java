/**
 * Values and decisions. Pure: no clock, randomness, threads, I/O or logging; {@code now} and
 * randomness come in as arguments. Imports java.base and JSpecify's annotations only.
 */
@NullMarked
package dev.ebb.core;

import org.jspecify.annotations.NullMarked;
