/**
 * Answers of a Prometheus, or of anything that speaks its HTTP API, to the queries that policies
 * size by. Asked by threads of its own, so that control never waits.
 */
@NullMarked
package dev.ebb.observe.prometheus;

import org.jspecify.annotations.NullMarked;
