/**
 * HTTP/2 as a state machine (RFC 9113) with its header compression (RFC 7541): takes bytes, tells
 * what they mean, and writes frames. Knows nothing of channels, routes or instances.
 */
@NullMarked
package dev.ebb.gateway.http2;

import org.jspecify.annotations.NullMarked;
