/**
 * TLS for the gateway: contexts made from certificate files and made anew when these change, and
 * what failed handshakes mean. Knows nothing of HTTP. Nothing here is loaded unless TLS is
 * configured.
 */
@NullMarked
package dev.ebb.gateway.tls;

import org.jspecify.annotations.NullMarked;
