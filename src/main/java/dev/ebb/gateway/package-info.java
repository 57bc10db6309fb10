/**
 * The HTTP data plane on Netty: picks an endpoint for each request, reports what it saw, and
 * acknowledges when an instance gets no new picks.
 */
@NullMarked
package dev.ebb.gateway;

import org.jspecify.annotations.NullMarked;
