/** The demonstration: a small service to scale, and a load that rises and ebbs. */
@NullMarked
package dev.ebb.demo;

import org.jspecify.annotations.NullMarked;
