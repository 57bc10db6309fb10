/**
 * Ebb as a control plane: what may be picked, for Envoy and for gRPC clients without a proxy, over
 * xDS; and what they report of their load, over LRS. The protocol is written here over Envoy's
 * protobufs, so that who has acknowledged what is known exactly.
 */
@NullMarked
package dev.ebb.xds;

import org.jspecify.annotations.NullMarked;
