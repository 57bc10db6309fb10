/**
 * The durable record of decisions: a stop is in it before it is carried out, and a restart reads it
 * to adopt what was running.
 */
@NullMarked
package dev.ebb.journal;

import org.jspecify.annotations.NullMarked;
