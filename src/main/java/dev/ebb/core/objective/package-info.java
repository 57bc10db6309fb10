/**
 * What the user wants of requests (a latency, a share that is answered), and up to which
 * utilization instances were seen to keep it. Pure; immutable values.
 */
@NullMarked
package dev.ebb.core.objective;

import org.jspecify.annotations.NullMarked;
