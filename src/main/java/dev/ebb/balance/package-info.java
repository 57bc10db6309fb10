/**
 * Pure picking and failure detection (strategies, ejection, slow start, panic threshold), and what
 * control and the data planes share: {@link dev.ebb.balance.EndpointSnapshot} and the statistics.
 */
@NullMarked
package dev.ebb.balance;

import org.jspecify.annotations.NullMarked;
