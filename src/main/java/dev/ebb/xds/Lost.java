package dev.ebb.xds;

import dev.ebb.core.ServiceName;

/**
 * A data plane whose connection ended. It may be gone, or go on with what it had.
 *
 * @param generation the last that it acknowledged
 * @param sinceNanos monotonic
 */
record Lost(String node, ServiceName service, long generation, long sinceNanos) {}
